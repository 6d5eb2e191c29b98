#include "base/random.hpp"

#include <array>
#include <set>

#include <gtest/gtest.h>

namespace portal {
namespace {

TEST(Random, FillsEveryByteAndNeverTwiceAlike) {
  std::set<std::array<std::uint8_t, 32>> seen;
  std::array<std::uint8_t, 32> touched{};
  for (int round = 0; round < 64; ++round) {
    std::array<std::uint8_t, 32> bytes{};
    fill_random(bytes);
    for (std::size_t index = 0; index < bytes.size(); ++index) touched[index] |= bytes[index];
    EXPECT_TRUE(seen.insert(bytes).second);
  }
  // That one byte of the 32 stays zero in 64 rounds has a chance of 2^-507.
  for (const std::uint8_t byte : touched) EXPECT_NE(byte, 0);
}

TEST(Random, FillsMoreThanTheKernelGivesAtOnce) {
  std::vector<std::uint8_t> bytes(1 << 20);
  fill_random(bytes);
  const std::set<std::uint8_t> last(bytes.end() - 4096, bytes.end());
  EXPECT_GT(last.size(), 200U);
}

TEST(Random, StaysBelowTheBoundAndReachesAllBelowIt) {
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t number = random_below(7);
    ASSERT_LT(number, 7U);
    seen.insert(number);
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(random_below(1), 0U);
}

}  // namespace
}  // namespace portal
