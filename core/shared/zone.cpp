#include "shared/zone.hpp"

#include <cstring>
#include <type_traits>

#include "base/random.hpp"

namespace portal::shared {
namespace {

constexpr std::uint64_t kMagic = 0x6f6369'74726f70;  // "portico" in the order of bytes that we have
// A table is a row of sets, each in a cache line of its own.
constexpr std::size_t kSetWords = 8;
constexpr std::size_t kHeaderWords = 64;

struct Header {
  std::uint64_t magic;
  std::uint32_t layout;
  std::uint32_t reserved;
  std::uint64_t bytes;
  std::uint8_t key[32];
};
static_assert(std::is_trivially_copyable_v<Header> && std::has_unique_object_representations_v<Header> &&
              sizeof(Header) <= kHeaderWords * sizeof(Word));

Header read_header(std::span<const std::byte> memory) {
  Header header;
  std::memcpy(&header, memory.data(), sizeof header);
  return header;
}

Result<void> check_place(std::span<const std::byte> memory) {
  if (memory.size() < Zone::kLeastBytes) return fail(ErrorCode::kInternal, "the shared memory is too small");
  if (reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Word) != 0) {
    return fail(ErrorCode::kInternal, "the shared memory begins at an odd address");
  }
  return {};
}

Result<void> check_header(const Header& header, std::size_t bytes) {
  if (header.magic != kMagic) return fail(ErrorCode::kInternal, "the shared memory holds something else");
  if (header.layout != Zone::kLayout || header.bytes != bytes) {
    return fail(ErrorCode::kInternal, "the shared memory has another layout");
  }
  return {};
}

}  // namespace

Result<void> Zone::prepare(std::span<std::byte> memory) {
  if (Result<void> fits = check_place(memory); !fits) return fits;
  Header header = read_header(memory);
  if (header.magic != 0) return check_header(header, memory.size());
  header = {.magic = kMagic, .layout = kLayout, .reserved = 0, .bytes = memory.size(), .key = {}};
  fill_random(header.key);
  std::memcpy(memory.data(), &header, sizeof header);
  return {};
}

Result<Zone> Zone::open(std::span<std::byte> memory) {
  if (Result<void> fits = check_place(memory); !fits) return fail(std::move(fits.error()));
  const Header header = read_header(memory);
  if (Result<void> ours = check_header(header, memory.size()); !ours) return fail(std::move(ours.error()));

  Zone zone;
  std::memcpy(zone.key_.data(), header.key, sizeof header.key);
  const std::span<Word> words(reinterpret_cast<Word*>(memory.data()), memory.size() / sizeof(Word));
  zone.metrics_ = words.subspan(kHeaderWords, kMetricsWords);
  const std::span<Word> tables = words.subspan(kHeaderWords + kMetricsWords);
  const std::size_t half = tables.size() / 2 / kSetWords * kSetWords;
  zone.failures_ = tables.first(half);
  zone.rates_ = tables.subspan(half, half);
  return zone;
}

}  // namespace portal::shared
