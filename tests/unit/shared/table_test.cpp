#include "shared/table.hpp"

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace portal::shared {
namespace {

std::uint64_t as_it_is(std::uint64_t value) { return value; }
std::optional<std::uint64_t> one_more(std::uint64_t value) { return value + 1; }

struct Fixture {
  explicit Fixture(std::size_t sets) : words(sets * Table::kSetWords), table(words, as_it_is) {}
  std::vector<Word> words;
  Table table;
};

TEST(Table, KeepsWhatFits) {
  Fixture all(4096);
  std::mt19937_64 random(1);
  std::map<std::uint64_t, std::uint64_t> model;
  for (int number = 0; number < 4000; ++number) model[random()] = 1 + random() % Table::kLargestValue;
  for (const auto& [key, value] : model) {
    EXPECT_EQ(all.table.find(key), 0U);
    all.table.update(key, [wanted = value](std::uint64_t) { return wanted; });
  }
  for (const auto& [key, value] : model) EXPECT_EQ(all.table.find(key), value);
  EXPECT_EQ(all.table.find(42), 0U);
}

TEST(Table, AnEntryIsLeftChangedOrRemoved) {
  Fixture all(1);
  all.table.update(7, [](std::uint64_t) { return std::nullopt; });
  all.table.update(7, [](std::uint64_t) { return 0; });
  EXPECT_EQ(all.words, std::vector<Word>(Table::kSetWords)) << "nothing was made";
  all.table.update(7, one_more);
  all.table.update(7, one_more);
  all.table.update(7, [](std::uint64_t) { return std::nullopt; });
  EXPECT_EQ(all.table.find(7), 2U);
  all.table.update(7, [](std::uint64_t value) { return value - 2; });
  EXPECT_EQ(all.words, std::vector<Word>(Table::kSetWords));
}

TEST(Table, WhatIsWorthLeastMakesRoom) {
  Fixture all(1);
  for (std::uint64_t key = 1; key <= Table::kSetWords; ++key) {
    all.table.update(key, [key](std::uint64_t) { return 100 * key; });
  }
  for (std::uint64_t key = 1000; key < 1010; ++key) all.table.update(key, [](std::uint64_t) { return 50; });
  EXPECT_EQ(all.table.find(1), 0U);
  EXPECT_EQ(all.table.find(1009), 50U) << "the newest is there";
  EXPECT_EQ(all.table.find(1008), 0U) << "and took the place of the one before";
  for (std::uint64_t key = 2; key <= Table::kSetWords; ++key) EXPECT_EQ(all.table.find(key), 100 * key);
}

TEST(Table, WhatWasThereBeforeTheProcessIsFound) {
  Fixture all(16);
  all.table.update(7, one_more);
  EXPECT_EQ(Table(all.words, as_it_is).find(7), 1U);
}

// Workers count at the same time; a limit holds only when none of them is lost.
TEST(Table, NothingIsLostBetweenThreads) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 4000;
  constexpr std::uint64_t kKeys = 200;
  Fixture all(1024);
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> keys(kKeys);
  for (std::uint64_t& key : keys) key = random();
  std::atomic<int> waiting{kThreads};
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      for (int round = 0; round < kRounds; ++round) {
        for (int turn = 0; turn < 3; ++turn) {
          all.table.update(keys[static_cast<std::size_t>(round) % kKeys],
                           [turn](std::uint64_t value) -> std::optional<std::uint64_t> {
                             return turn == 1 ? value - 1 : value + 1;
                           });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::uint64_t key : keys) EXPECT_EQ(all.table.find(key), kThreads * kRounds / kKeys);
}

}  // namespace
}  // namespace portal::shared
