// An answer as it is sent: its body, plain and compressed, each with its own strong entity tag. It stays as it is while
// anybody holds it, whether or not it is still kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "access/principal.hpp"
#include "cache/generations.hpp"
#include "io/loop.hpp"

namespace portal::cache {

class Gzip;

// For whom an answer was made: not by which session, but as whom.
struct Principal {
  std::int64_t account_id = 0;
  std::int64_t client_id = 0;
  std::int64_t membership_id = 0;
  std::int64_t member_id = 0;
  access::Permissions permissions;

  bool operator==(const Principal&) const = default;
};

inline Principal principal_of(const access::Member& member) {
  return {.account_id = member.account_id,
          .client_id = member.client_id,
          .membership_id = member.membership_id,
          .member_id = member.member_id,
          .permissions = member.permissions};
}

struct Key {
  std::string_view path;
  std::string_view query;  // canonical
};

enum class Coding : std::uint8_t { kPlain, kGzip };

struct Body {
  std::string_view bytes;
  std::string_view etag;  // with its quotation marks
  Coding coding;
};

class EntryPointer;

// One block of memory: this, then the key, then the plain body. Of one thread.
class Entry {
 public:
  // `route`: the number of whoever has answered.
  static EntryPointer make(const Principal& principal, const Key& key, std::uint16_t route, std::string_view body);

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  const Principal& principal() const noexcept { return principal_; }
  Key key() const noexcept { return {{text(), path_size_}, {text() + path_size_, query_size_}}; }
  std::uint16_t route() const noexcept { return route_; }
  std::uint64_t generation() const noexcept { return generation_; }
  Body plain() const noexcept {
    return {{text() + path_size_ + query_size_, body_size_}, {etag_, kEtag}, Coding::kPlain};
  }
  // The compressed body, made with `gzip` the first time that somebody takes one; the plain one where that is no
  // longer.
  Body body(Coding accepted, Gzip& gzip);
  // Of this and of everything that it holds.
  std::size_t bytes() const noexcept;
  std::size_t body_bytes() const noexcept;

 private:
  friend class EntryPointer;
  friend class EdgeCache;

  struct Compressed;
  static constexpr std::size_t kEtag = 24;  // 22 characters of base64url: 128 bits of the body's SHA-256

  Entry(const Principal& principal, const Key& key, std::uint16_t route, std::string_view body);
  ~Entry() = default;
  char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
  const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  static void destroy(Entry* entry) noexcept;

  // Of the cache that keeps it.
  Entry* next_ = nullptr;  // in its bucket
  Entry* newer_ = nullptr;
  Entry* older_ = nullptr;
  std::uint64_t generation_ = 0;
  io::MonotonicTime valid_until_{};

  Principal principal_;
  Compressed* compressed_ = nullptr;
  std::uint32_t holders_ = 0;
  std::uint32_t hash_ = 0;
  std::uint32_t body_size_;
  std::uint16_t path_size_;
  std::uint16_t query_size_;
  std::uint16_t route_;
  Depends on_;
  bool kept_ = false;
  bool not_smaller_ = false;  // compressing was tried
  char etag_[kEtag];
};

// Holds an entry.
class EntryPointer {
 public:
  EntryPointer() = default;
  explicit EntryPointer(Entry* entry) noexcept : entry_(entry) {
    if (entry_) ++entry_->holders_;
  }
  EntryPointer(const EntryPointer& other) noexcept : EntryPointer(other.entry_) {}
  EntryPointer(EntryPointer&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  EntryPointer& operator=(EntryPointer other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~EntryPointer() {
    if (entry_ && --entry_->holders_ == 0) Entry::destroy(entry_);
  }

  Entry* get() const noexcept { return entry_; }
  Entry* operator->() const noexcept { return entry_; }
  Entry& operator*() const noexcept { return *entry_; }
  explicit operator bool() const noexcept { return entry_ != nullptr; }
  // For a holder that is no C++: the hold goes with it, and comes back through adopt().
  Entry* release() noexcept { return std::exchange(entry_, nullptr); }
  static EntryPointer adopt(Entry* entry) noexcept {
    EntryPointer pointer;
    pointer.entry_ = entry;
    return pointer;
  }

 private:
  Entry* entry_ = nullptr;
};

}  // namespace portal::cache
