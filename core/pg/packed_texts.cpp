#include "pg/packed_texts.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace portal::pg {
namespace {

constexpr std::size_t kHead = 4;

}  // namespace

void PackedTexts::push_back(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw std::length_error("a text of more than 2 GiB");
  static_assert(std::endian::native == std::endian::little);
  const std::uint32_t length = std::byteswap(static_cast<std::uint32_t>(text.size()));
  bytes_.append(reinterpret_cast<const char*>(&length), kHead);
  bytes_.append(text);
  ++count_;
}

PackedTexts PackedTexts::without(const std::vector<bool>& marked) const {
  PackedTexts kept;
  std::string_view rest = bytes_;
  for (std::size_t number = 0; number < count_; ++number) {
    std::uint32_t length = 0;
    std::memcpy(&length, rest.data(), kHead);
    const std::string_view text = rest.substr(kHead, std::byteswap(length));
    if (!marked[number]) kept.push_back(text);
    rest.remove_prefix(kHead + text.size());
  }
  return kept;
}

}  // namespace portal::pg
