// A table of counters in shared memory, under keys that are hashes. Its size is fixed: where there is no room, what is
// worth least is overwritten.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "shared/zone.hpp"

namespace portal::shared {

// A word holds 24 bits of its key and 40 bits of value, so that one compare-and-swap changes an entry as a whole. Two
// keys that share a set and those 24 bits share an entry: with a key that is a keyed hash nobody can arrange that, and
// it happens once in two million pairs of the same set.
class Table {
 public:
  static constexpr unsigned kValueBits = 40;
  static constexpr std::uint64_t kLargestValue = (std::uint64_t{1} << kValueBits) - 1;
  static constexpr std::size_t kSetWords = 8;

  // Of a value: the entry with the least is overwritten first.
  using Worth = std::uint64_t (*)(std::uint64_t value);

  // `words` are those of a Zone: whole sets.
  Table(std::span<Word> words, Worth worth) : words_(words), worth_(worth) {}

  // 0: not there.
  std::uint64_t find(std::uint64_t key) const {
    const Place place = look(key);
    return place.found ? place.seen & kLargestValue : 0;
  }

  // `change` is given the value, 0 when there is none, and answers the new one, 0 to remove the entry, or nothing to
  // leave it as it is. It is called again when another process was faster.
  template <class Change>
  void update(std::uint64_t key, Change change) {
    for (;;) {
      Place place = look(key);
      const std::optional<std::uint64_t> wanted = change(place.found ? place.seen & kLargestValue : 0);
      if (!wanted || (*wanted == 0 && !place.found)) return;
      const Word next = *wanted == 0 ? 0 : tag_of(key) << kValueBits | (*wanted & kLargestValue);
      if (!std::atomic_ref(*place.word).compare_exchange_strong(place.seen, next)) continue;
      if (place.found || is_only_one(key, place.word)) return;
      // Two processes have made the same entry at the same moment. This one takes its own back and counts in the other;
      // if somebody has already counted in this one, both stay, and the first of them is found from now on.
      Word mine = next;
      if (!std::atomic_ref(*place.word).compare_exchange_strong(mine, 0)) return;
    }
  }

 private:
  struct Place {
    Word* word;
    Word seen;
    bool found;
  };

  static std::uint64_t tag_of(std::uint64_t key) {
    const std::uint64_t tag = key & 0xFF'FFFFU;
    return tag == 0 ? 1 : tag;
  }

  std::span<Word> set_of(std::uint64_t key) const {
    const std::uint64_t sets = words_.size() / kSetWords;
    return words_.subspan(static_cast<std::size_t>((key >> 32U) * sets >> 32U) * kSetWords, kSetWords);
  }

  // The entry, or the place for it.
  Place look(std::uint64_t key) const {
    Place best{.word = nullptr, .seen = 0, .found = false};
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (Word& word : set_of(key)) {
      const Word seen = std::atomic_ref(word).load();
      if (seen >> kValueBits == tag_of(key)) return {.word = &word, .seen = seen, .found = true};
      const std::uint64_t worth = seen == 0 ? 0 : worth_(seen & kLargestValue);
      if (!best.word || worth < least) {
        best = {.word = &word, .seen = seen, .found = false};
        least = worth;
      }
    }
    return best;
  }

  bool is_only_one(std::uint64_t key, const Word* mine) const {
    for (Word& word : set_of(key)) {
      if (&word != mine && std::atomic_ref(word).load() >> kValueBits == tag_of(key)) return false;
    }
    return true;
  }

  std::span<Word> words_;
  Worth worth_;
};

}  // namespace portal::shared
