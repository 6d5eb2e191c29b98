#include "shared/zone.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace portal::shared {
namespace {

TEST(Zone, PartsLieInsideApartFromEachOtherAndBeginEmpty) {
  OwnMemory memory(Zone::kLeastBytes + 4096);
  ASSERT_TRUE(Zone::prepare(memory.bytes()));
  const Result<Zone> zone = Zone::open(memory.bytes());
  ASSERT_TRUE(zone);
  const std::byte* last = memory.bytes().data() + 56;  // the header
  for (const std::span<Word> part : {zone->metrics(), zone->failures(), zone->rates()}) {
    EXPECT_GE(reinterpret_cast<const std::byte*>(part.data()), last);
    EXPECT_TRUE(std::ranges::all_of(part, [](Word word) { return word == 0; }));
    EXPECT_GE(part.size(), 8U * 256);
    EXPECT_EQ(part.size() % 8, 0U);
    last = reinterpret_cast<const std::byte*>(part.data() + part.size());
  }
  EXPECT_LE(last, memory.bytes().data() + memory.bytes().size());
  EXPECT_EQ(zone->metrics().size(), Zone::kMetricsWords);
}

TEST(Zone, WhatWasPreparedIsKept) {
  OwnMemory memory;
  ASSERT_TRUE(Zone::prepare(memory.bytes()));
  const Result<Zone> first = Zone::open(memory.bytes());
  first->failures()[7] = 42;
  ASSERT_TRUE(Zone::prepare(memory.bytes()));  // as after a reload
  const Result<Zone> second = Zone::open(memory.bytes());
  EXPECT_EQ(second->failures()[7], 42U);
  EXPECT_TRUE(std::ranges::equal(first->key(), second->key()));
}

TEST(Zone, EveryZoneHasAKeyOfItsOwn) {
  OwnMemory one;
  OwnMemory other;
  ASSERT_TRUE(Zone::prepare(one.bytes()) && Zone::prepare(other.bytes()));
  EXPECT_FALSE(std::ranges::equal(Zone::open(one.bytes())->key(), Zone::open(other.bytes())->key()));
}

TEST(Zone, OtherMemoryIsRefused) {
  OwnMemory small(Zone::kLeastBytes - 8);
  EXPECT_FALSE(Zone::prepare(small.bytes()));
  EXPECT_FALSE(Zone::open(small.bytes()));
  OwnMemory memory(Zone::kLeastBytes + 4096);
  EXPECT_FALSE(Zone::open(memory.bytes())) << "not prepared";
  EXPECT_FALSE(Zone::prepare(memory.bytes().subspan(4, Zone::kLeastBytes))) << "not aligned";
  ASSERT_TRUE(Zone::prepare(memory.bytes()));
  EXPECT_FALSE(Zone::open(memory.bytes().first(Zone::kLeastBytes))) << "another size";
  EXPECT_FALSE(Zone::prepare(memory.bytes().first(Zone::kLeastBytes)));
  memory.bytes()[8] ^= std::byte{0xff};
  EXPECT_FALSE(Zone::open(memory.bytes())) << "another layout";
  EXPECT_FALSE(Zone::prepare(memory.bytes()));
  memory.bytes()[0] ^= std::byte{0xff};
  EXPECT_FALSE(Zone::prepare(memory.bytes())) << "something else";
}

}  // namespace
}  // namespace portal::shared
