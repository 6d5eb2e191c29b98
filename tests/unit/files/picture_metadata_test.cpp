#include "files/picture_metadata.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace portal::files {
namespace {

using namespace std::string_literals;

std::string number(std::uint32_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t index = size; index-- > 0;) bytes += static_cast<char>(value >> (8 * index) & 0xFF);
  return bytes;
}

std::string segment(unsigned char marker, const std::string& data) {
  return "\xFF"s + static_cast<char>(marker) + number(static_cast<std::uint32_t>(data.size() + 2), 2) + data;
}

std::string chunk(const std::string& type, const std::string& data) {
  return number(static_cast<std::uint32_t>(data.size()), 4) + type + data + "CRC!";
}

// Big or little endian, with a position and perhaps which way is up.
std::string exif(std::uint32_t orientation, bool little = false) {
  const auto write = [little](std::uint32_t value, std::size_t size) {
    std::string bytes = number(value, size);
    if (little) std::ranges::reverse(bytes);
    return bytes;
  };
  const std::string position = write(0x8825, 2) + write(4, 2) + write(1, 4) + write(38, 4);
  const std::string up = write(0x0112, 2) + write(3, 2) + write(1, 4) + write(orientation, 2) + "\0\0"s;
  return (little ? "II*\0"s : "MM\0*"s) + write(8, 4) + write(2, 2) + position + up + write(0, 4) +
         "GPS 51.5007 N 0.1246 W";
}

const std::string kExif = "Exif\0\0"s;
const std::string kTables =
    segment(0xDB, "tables") + segment(0xC0, "frame") + segment(0xC4, "codes") + segment(0xDD, "12");
const std::string kPixels = segment(0xDA, "scan") +
                            "pixels\xFF\0more\xFF\xD3"
                            "again"s;
const std::string kStart = "\xFF\xD8"s, kEnd = "\xFF\xD9"s;
const std::string kSignature = "\x89PNG\r\n\x1A\n"s;
const std::string kEndOfPng = "\0\0\0\0IEND\xAE\x42\x60\x82"s;

struct Result {
  std::string kept;
  bool is_broken;
};

Result filtered(std::string_view picture, std::size_t piece) {
  MetadataFilter filter;
  Result result;
  for (; !picture.empty(); picture.remove_prefix(std::min(piece, picture.size())))
    filter.add(picture.substr(0, piece), result.kept);
  filter.finish(result.kept);
  result.is_broken = filter.is_broken();
  return result;
}

void expect(const std::string& picture, const std::string& kept) {
  for (std::size_t piece = 1; piece <= picture.size(); piece += piece < 40 ? 1 : 97) {
    const Result result = filtered(picture, piece);
    EXPECT_EQ(result.kept, kept) << "in pieces of " << piece;
    EXPECT_FALSE(result.is_broken) << piece;
  }
}

TEST(PictureMetadata, WhatAJpegShowsStaysBitByBit) {
  const std::string jfif = segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s);
  const std::string colours = segment(0xE2, "ICC_PROFILE\0\1\1colours"s) + segment(0xEE, "Adobe\0d\0\0\0\0\1"s);
  const std::string second = segment(0xC4, "more codes") + segment(0xDA, "second scan") + "\xFF\0rest"s;
  const std::string plain = kStart + jfif + colours + kTables + kPixels + second + kEnd;
  expect(plain, plain);
}

TEST(PictureMetadata, WhatAJpegSaysBesidesGoes) {
  const std::string said = segment(0xE1, kExif + exif(1)) +
                           segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"s) +
                           segment(0xED,
                                   "Photoshop 3.0\0"
                                   "8BIM"s) +
                           segment(0xFE, "comment") + segment(0xE2, "MPF\0other"s) + segment(0xE5, "maker") +
                           segment(0xE0, "JFXX\0thumbnail"s) + segment(0xF0, "reserved");
  expect(kStart + said + kTables + said + kPixels + kEnd, kStart + kTables + kPixels + kEnd);
  // The small picture that may stand in the first segment.
  expect(kStart + segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\1\1rgb"s) + kPixels + kEnd,
         kStart + segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s) + kPixels + kEnd);
  // Fill bytes between markers, and between scans.
  expect(kStart + "\xFF\xFF"s + segment(0xFE, "x") + kPixels + segment(0xFE, "y") + "\xFF"s + kEnd,
         kStart + kPixels + kEnd);
}

TEST(PictureMetadata, WhichWayIsUpStays) {
  const std::string up = segment(0xE1, kExif + "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"s);
  for (const bool little : {false, true})
    expect(kStart + segment(0xE1, kExif + exif(6, little)) + segment(0xE1, kExif + exif(3, little)) + kPixels + kEnd,
           kStart + up + kPixels + kEnd);
  for (const std::string& broken :
       {exif(9), exif(0), exif(6).substr(0, 30), "MM\0*\xFF\xFF\xFF\xFF"s, "II*\0\x08"s, ""s})
    expect(kStart + segment(0xE1, kExif + broken) + kPixels + kEnd, kStart + kPixels + kEnd);
}

TEST(PictureMetadata, WhatIsBehindThePictureGoes) {
  const std::string picture = kStart + kTables + kPixels + kEnd;
  expect(picture + "PK\3\4 a program" + picture + segment(0xE1, kExif + exif(6)), picture);
  const std::string png = kSignature + chunk("IHDR", "size and kind") + chunk("IDAT", "pixels") + kEndOfPng;
  expect(png + "<script>" + png, png);
}

TEST(PictureMetadata, OfAPngOnlyWhatItShowsStays) {
  const std::string shown = chunk("IHDR", "size and kind") + chunk("sRGB", "0") + chunk("iCCP", "colours") +
                            chunk("PLTE", "palette") + chunk("tRNS", "transparency") + chunk("pHYs", "resolution") +
                            chunk("acTL", "frames") + chunk("IDAT", std::string(300, 'p')) + chunk("fdAT", "frame");
  const std::string said = chunk("tEXt", "Author\0somebody"s) + chunk("zTXt", "x") +
                           chunk("iTXt", "XML:com.adobe.xmp") + chunk("tIME", "yesterday") + chunk("caBX", "who") +
                           chunk("eXIf", exif(1)) + chunk("prVt", std::string(300, 'x'));
  expect(kSignature + shown + said + kEndOfPng, kSignature + shown + kEndOfPng);
  const std::string head = shown.substr(0, 25);
  const std::string up =
      "\0\0\0\x1A"
      "eXIfMM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"s;
  const Result turned = filtered(kSignature + head + chunk("eXIf", exif(6, true)) + shown.substr(25) + kEndOfPng, 7);
  // Behind it stands the checksum, as zlib.crc32 makes it.
  EXPECT_EQ(turned.kept, kSignature + head + up + "\xD6\x67\x4B\x69"s + shown.substr(25) + kEndOfPng);
}

TEST(PictureMetadata, WhatIsNoPictureIsSaid) {
  const std::string ihdr = chunk("IHDR", "size and kind");
  for (const std::string& broken :
       {kStart + "\xFF"s + "no marker", kStart + kTables + "text", kStart + segment(0xE1, "cut off").substr(0, 6),
        kStart + kEnd, kStart + "\xFF\xDB\0\1"s + kPixels, kStart + kTables, kStart + "\xFF\0"s, kSignature,
        kSignature + ihdr, kSignature + chunk("IDAT", "first"),
        kSignature + ihdr + chunk("ABCD", "unknown and critical") + chunk("IDAT", "x") + kEndOfPng,
        kSignature + ihdr + "\xFF\xFF\xFF\xFFIDAT"s, kSignature + ihdr + chunk("ID T", "x"),
        kSignature + ihdr + kEndOfPng, kSignature + ihdr + chunk("IDAT", "x") + chunk("IEND", "more")}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, broken.size()})
      EXPECT_TRUE(filtered(broken, piece).is_broken) << broken << " in pieces of " << piece;
  }
  // Cut off while it shows something.
  EXPECT_FALSE(filtered(kStart + kTables + kPixels, 5).is_broken);
  EXPECT_FALSE(filtered(kSignature + ihdr + chunk("IDAT", "pixels").substr(0, 10), 5).is_broken);
}

TEST(PictureMetadata, EverythingElsePasses) {
  for (const std::string& other :
       {"%PDF-1.7 Exif\0\0"s, "GIF89a"s, "\xFF\xD8"s, "\x89PN"s, "\xFF"s, ""s, "\x89PNG\r\n\x1A\r more"s}) {
    for (std::size_t piece = 1; piece < 12; ++piece) {
      const Result result = filtered(other, piece);
      EXPECT_EQ(result.kept, other);
      EXPECT_FALSE(result.is_broken);
    }
  }
  MetadataFilter filter;
  std::string kept;
  EXPECT_FALSE(filter.passes());
  filter.add("%PDF-1.7", kept);
  EXPECT_TRUE(filter.passes());
}

}  // namespace
}  // namespace portal::files
