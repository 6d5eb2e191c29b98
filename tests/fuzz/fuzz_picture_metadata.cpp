// Pictures: however they are cut, the same is kept, and no more than there was; what was kept is kept again as it is;
// and a comment that was put into a picture is not in what is kept.
#include "files/picture_metadata.hpp"

#include <algorithm>
#include <string>

#include "require.hpp"

using namespace portal;

namespace {

// An orientation is written anew, with an end that whoever wrote it first may have left out.
constexpr std::size_t kMostGrowth = 64;
constexpr std::size_t kMostComment = 0xFFFF - 2;

struct Outcome {
  std::string kept;
  bool is_broken = false;
  bool operator==(const Outcome&) const = default;
};

Outcome filter(std::string_view picture, std::size_t slice) {
  Outcome outcome;
  files::MetadataFilter metadata;
  for (std::size_t at = 0; at < picture.size(); at += slice) metadata.add(picture.substr(at, slice), outcome.kept);
  metadata.finish(outcome.kept);
  outcome.is_broken = metadata.is_broken();
  if (outcome.is_broken) outcome.kept.clear();
  return outcome;
}

std::string jpeg_with_comment(std::string_view comment) {
  const std::size_t size = comment.size() + 2;
  std::string picture("\xFF\xD8\xFF\xFE", 4);
  picture += static_cast<char>(size >> 8U);
  picture += static_cast<char>(size & 0xFFU);
  picture += comment;
  return picture.append("\xFF\xDA\0\x02pixels\xFF\xD9", 12);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view picture = fuzz::as_text(data, size);
  const std::size_t slice = 1U + fuzz::take_byte(picture);
  const Outcome whole = filter(picture, std::max<std::size_t>(picture.size(), 1));
  fuzz::require(filter(picture, slice) == whole, "slices change nothing");
  fuzz::require(filter(picture, 1) == whole, "single bytes change nothing");
  fuzz::require(whole.kept.size() <= picture.size() + kMostGrowth, "nothing is added");
  if (!whole.is_broken) {
    const Outcome again = filter(whole.kept, std::max<std::size_t>(whole.kept.size(), 1));
    fuzz::require(again == whole, "what was kept is kept as it is");
  }

  const std::string_view comment = picture.substr(0, kMostComment);
  const Outcome clean = filter(jpeg_with_comment(comment), slice);
  fuzz::require(!clean.is_broken && clean.kept == std::string("\xFF\xD8\xFF\xDA\0\x02pixels\xFF\xD9", 14),
                "a comment is left out");
  return 0;
}
