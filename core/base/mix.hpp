// Hashing for tables in memory: fast, and good enough to spread what stands in them. Whoever may choose what is hashed
// is kept from choosing what meets by a seed that nobody knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace portal {

inline std::uint64_t mix(std::uint64_t left, std::uint64_t right) noexcept {
  const auto product = static_cast<unsigned __int128>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

inline std::uint64_t mix_text(std::uint64_t state, std::string_view text) noexcept {
  constexpr std::uint64_t kOdd = 0xD6E8FEB86659FD93U;
  const auto word_at = [&](std::size_t place) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + place, sizeof word);
    return word;
  };
  const std::size_t size = text.size();
  state = mix(state ^ size, kOdd);
  if (size < sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    for (const char each : text) word = word << 8U | static_cast<std::uint8_t>(each);
    return mix(state ^ word, kOdd);
  }
  std::size_t place = 0;
  for (; size - place > sizeof(std::uint64_t); place += sizeof(std::uint64_t))
    state = mix(state ^ word_at(place), kOdd);
  // The last eight bytes, of which some may have been taken already.
  return mix(state ^ word_at(size - sizeof(std::uint64_t)), kOdd);
}

}  // namespace portal
