#include "auth/remembered.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <random>

#include <gtest/gtest.h>

namespace portal::auth {
namespace {

struct Note {
  std::int64_t account;
  access::SessionHash hash;
  int text;

  static std::int64_t account_id(const Note& note) { return note.account; }
  static const access::SessionHash& session_hash(const Note& note) { return note.hash; }
};
using Notes = Remembered<Note, Note>;

access::SessionHash hash_of(std::uint8_t number) {
  access::SessionHash hash{};
  hash.front() = number % 4;  // many meet in one bucket
  hash.back() = number;
  return hash;
}

int find(Notes& notes, std::int64_t account, std::uint8_t number) {
  const Note* note = notes.find(account, hash_of(number));
  return note ? note->text : -1;
}

TEST(Remembered, TheLongestUnusedGoesFirst) {
  Notes notes(2);
  notes.put({1, hash_of(1), 10});
  notes.put({1, hash_of(2), 20});
  EXPECT_EQ(find(notes, 1, 1), 10);
  notes.put({1, hash_of(3), 30});
  EXPECT_EQ(find(notes, 1, 2), -1);
  EXPECT_EQ(find(notes, 1, 1), 10);
  EXPECT_EQ(find(notes, 1, 3), 30);
  EXPECT_EQ(notes.size(), 2U);
}

TEST(Remembered, ACookieCountsOnlyAtItsAccount) {
  Notes notes(2);
  notes.put({1, hash_of(1), 10});
  EXPECT_EQ(find(notes, 2, 1), -1);
  EXPECT_EQ(find(notes, 1, 1), 10);
}

TEST(Remembered, NothingIsKeptWithoutRoom) {
  Notes notes(0);
  notes.put({1, hash_of(1), 10});
  notes.forget(hash_of(1));
  EXPECT_EQ(find(notes, 1, 1), -1);
  EXPECT_EQ(notes.size(), 0U);
}

// Against a list that is searched from its beginning.
TEST(Remembered, DoesWhatAListWouldDo) {
  constexpr std::size_t kRoom = 50;
  std::mt19937 random(7);
  Notes notes(kRoom);
  std::list<Note> model;  // most recently used first
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<std::uint8_t>(random() % 120);
    const auto known = std::ranges::find_if(model, [&](const Note& note) { return note.hash == hash_of(number); });
    switch (random() % 4) {
      case 0:
        if (known != model.end()) model.erase(known);
        notes.forget(hash_of(number));
        break;
      case 1: {
        const Note note{1 + static_cast<std::int64_t>(random() % 2), hash_of(number), step};
        if (known != model.end()) model.erase(known);
        model.push_front(note);
        if (model.size() > kRoom) model.pop_back();
        notes.put(note);
        break;
      }
      default: {
        const auto account = 1 + static_cast<std::int64_t>(random() % 2);
        const bool mine = known != model.end() && known->account == account;
        ASSERT_EQ(find(notes, account, number), mine ? known->text : -1) << step;
        if (mine) model.splice(model.begin(), model, known);
      }
    }
    ASSERT_EQ(notes.size(), model.size());
  }
}

}  // namespace
}  // namespace portal::auth
