#include "files/image_header.hpp"

#include <string>

#include <gtest/gtest.h>

namespace portal::files {
namespace {

using namespace std::string_literals;

std::string png(const std::string& width, const std::string& height) {
  return "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"s + width + height + "\x08\0\0\0\0"s;
}

TEST(ImageHeader, SizesOfPictures) {
  const auto small = read_image_header(png("\0\0\x01\x40"s, "\0\0\0\x60"s));
  ASSERT_TRUE(small);
  EXPECT_EQ(small->media_type, "image/png");
  EXPECT_EQ(small->width, 320U);
  EXPECT_EQ(small->height, 96U);
  EXPECT_EQ(read_image_header(png("\0\0\xFA\0"s, "\0\0\xFA\0"s))->pixels(), 4'096'000'000U);
  EXPECT_EQ(read_image_header(png("\xFF\xFF\xFF\xFF"s, "\xFF\xFF\xFF\xFF"s))->pixels(), 0xFFFFFFFE00000001U);
  // Segments, fill bytes, a table that looks like a frame, then the frame of a progressive picture.
  const auto jpeg = read_image_header("\xFF\xD8\xFF\xE1\0\x04XX\xFF\xFF\xC4\0\x03X\xFF\xC2\0\x11\x08\x01\x02\x03\x04"s);
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(jpeg->media_type, "image/jpeg");
  EXPECT_EQ(jpeg->height, 0x102U);
  EXPECT_EQ(jpeg->width, 0x304U);
}

TEST(ImageHeader, WhatIsNone) {
  for (const std::string& head :
       {""s, "\xFF\xD8"s, "\xFF\xD8\xFF"s, "\xFF\xD8\xFF\xE0"s, "\xFF\xD8\xFF\xE0\0\0"s,
        "\xFF\xD8\xFF\xC0\0\x11\x08\x01"s, "\xFF\xD8\xFF\xDA\0\x02"s,
        "\xFF\xD8\xFF\xE0\0\x02X\xFF\xC0\0\x11\x08\x01\x02\x03\x04"s, "\xFF\xD8\xFF\xC0\0\x11\x08\0\0\x03\x04"s,
        "GIF89a"s, "<svg/>"s, "\x89PNG\r\n\x1A\n"s, png("\0\0\0\0"s, "\0\0\0\x01"s),
        png("\0\0\0\x01"s, "\0"s).substr(0, 23), "\x89PNG\r\n\x1A\n\0\0\0\x0DIDAT\0\0\0\x01\0\0\0\x01"s}) {
    EXPECT_FALSE(read_image_header(head)) << head.size();
  }
}

}  // namespace
}  // namespace portal::files
