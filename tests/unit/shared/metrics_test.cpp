#include "shared/metrics.hpp"

#include <gtest/gtest.h>

namespace portal::shared {
namespace {

using Rows = std::vector<std::vector<std::uint64_t>>;

class MetricsBlockTest : public ::testing::Test {
 protected:
  std::vector<Word> words = std::vector<Word>(Zone::kMetricsWords);
  io::MonotonicTime now{io::Duration(1'000'000)};
  MetricsBlock block{words, 7};
};

TEST_F(MetricsBlockTest, CountersAreEverybodys) {
  MetricsBlock other(words, 7);
  block.add(0, 2);
  other.add(0, 3);
  other.add(MetricsBlock::kCounters - 1, 1);
  EXPECT_EQ(block.counter(0), 5U);
  EXPECT_EQ(block.counter(1), 0U);
  EXPECT_EQ(block.counter(MetricsBlock::kCounters - 1), 1U);
}

TEST_F(MetricsBlockTest, MemoryOfAnotherShapeIsLeftAlone) {
  block.add(0, 2);
  EXPECT_FALSE(MetricsBlock(words, 8).usable());
  EXPECT_TRUE(MetricsBlock(words, 7).usable());
  EXPECT_FALSE(MetricsBlock({}, 7).usable());
  EXPECT_EQ(block.counter(0), 2U);
}

// Catches a worker that was killed and is counted for ever.
TEST_F(MetricsBlockTest, GaugesCountWhileTheyAreFresh) {
  const std::vector<std::uint64_t> first = {1, 2};
  const std::vector<std::uint64_t> second = {3, 4};
  ASSERT_TRUE(block.publish(11, now, first));
  ASSERT_TRUE(block.publish(12, now, second));
  EXPECT_EQ(block.gauges(now, 2), (Rows{first, second}));
  const io::MonotonicTime later = now + MetricsBlock::kFresh + io::Duration(1);
  ASSERT_TRUE(block.publish(12, later, second));
  EXPECT_EQ(block.gauges(later, 2), (Rows{second}));
  block.leave(12);
  EXPECT_TRUE(block.gauges(later, 2).empty());
}

TEST_F(MetricsBlockTest, PlacesOfTheDeadAreTakenAgain) {
  const std::vector<std::uint64_t> one = {1};
  for (std::uint64_t name = 1; name <= MetricsBlock::kPlaces; ++name) ASSERT_TRUE(block.publish(name, now, one));
  EXPECT_FALSE(block.publish(1000, now, one));
  EXPECT_TRUE(block.publish(5, now, one)) << "who has a place keeps it";
  const io::MonotonicTime later = now + MetricsBlock::kFresh + io::Duration(1);
  EXPECT_TRUE(block.publish(1000, later, one));
  EXPECT_EQ(block.gauges(later, 1).size(), 1U);
  EXPECT_TRUE(block.publish(1, later, one)) << "who was given up gets another place";
  EXPECT_EQ(block.gauges(later, 1).size(), 2U);
}

}  // namespace
}  // namespace portal::shared
