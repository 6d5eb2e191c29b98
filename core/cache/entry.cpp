#include "cache/entry.hpp"

#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "cache/gzip.hpp"
#include "crypto/digest.hpp"

namespace portal::cache {
namespace {

constexpr std::size_t kAllocation = 16;  // what the allocator adds to a block, about

}  // namespace

// One block, too: this, then the bytes.
struct Entry::Compressed {
  static constexpr std::string_view kSuffix = "-g";

  std::uint32_t size;
  char etag[kEtag + kSuffix.size()];

  char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
};

Entry::Entry(const Principal& principal, const Key& key, std::uint16_t route, std::string_view body)
    : principal_(principal),
      body_size_(static_cast<std::uint32_t>(body.size())),
      path_size_(static_cast<std::uint16_t>(key.path.size())),
      query_size_(static_cast<std::uint16_t>(key.query.size())),
      route_(route) {
  char* end = text();
  for (const std::string_view part : {key.path, key.query, body}) end += part.copy(end, part.size());
  const crypto::Digest digest = crypto::sha256(body);
  const std::string tag = '"' + crypto::encode_base64url({digest.data(), 16}) + '"';
  if (tag.size() != kEtag) throw std::logic_error("an entity tag has another length");
  std::memcpy(etag_, tag.data(), kEtag);
}

EntryPointer Entry::make(const Principal& principal, const Key& key, std::uint16_t route, std::string_view body) {
  if (key.path.size() > UINT16_MAX || key.query.size() > UINT16_MAX || body.size() > UINT32_MAX)
    throw std::length_error("an answer is too long to be kept");
  const std::size_t size = sizeof(Entry) + key.path.size() + key.query.size() + body.size();
  void* const memory = ::operator new(size);
  try {
    return EntryPointer(new (memory) Entry(principal, key, route, body));
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
}

void Entry::destroy(Entry* entry) noexcept {
  ::operator delete(entry->compressed_);
  entry->~Entry();
  ::operator delete(entry);
}

Body Entry::body(Coding accepted, Gzip& gzip) {
  if (accepted == Coding::kPlain || not_smaller_) return plain();
  if (!compressed_) {
    const std::string_view bytes = gzip.compress(plain().bytes);
    if (bytes.empty()) {
      not_smaller_ = true;
      return plain();
    }
    auto* made = static_cast<Compressed*>(::operator new(sizeof(Compressed) + bytes.size()));
    made->size = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(made->etag, etag_, kEtag - 1);
    std::memcpy(made->etag + kEtag - 1, "-g\"", 3);
    std::memcpy(made->bytes(), bytes.data(), bytes.size());
    compressed_ = made;
  }
  return {{compressed_->bytes(), compressed_->size}, {compressed_->etag, sizeof compressed_->etag}, Coding::kGzip};
}

std::size_t Entry::bytes() const noexcept {
  std::size_t bytes = kAllocation + sizeof(Entry) + path_size_ + query_size_ + body_size_;
  if (compressed_) bytes += kAllocation + sizeof(Compressed) + compressed_->size;
  return bytes;
}

std::size_t Entry::body_bytes() const noexcept { return body_size_ + (compressed_ ? compressed_->size : 0); }

}  // namespace portal::cache
