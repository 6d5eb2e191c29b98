#include "base/mix.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace portal {
namespace {

TEST(MixText, TellsTextsOfEachLengthApart) {
  std::set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'a');
    seen.insert(mix_text(1, text));
    ++texts;
    for (std::size_t place = 0; place < size; ++place, ++texts) {
      std::string other = text;
      other[place] = 'b';
      seen.insert(mix_text(1, other));
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

TEST(MixText, DependsOnTheState) {
  EXPECT_EQ(mix_text(1, "host"), mix_text(1, std::string("host")));
  EXPECT_NE(mix_text(1, "host"), mix_text(2, "host"));
}

}  // namespace
}  // namespace portal
