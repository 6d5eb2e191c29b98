#include "files/media_type.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace portal::files {
namespace {

using namespace std::string_literals;

TEST(MediaType, ContentAndExtensionMustAgree) {
  struct Case {
    std::string head, name;
    std::string_view expected;
  };
  const std::vector<Case> cases = {
      {"%PDF-1.7\n", "a.pdf", "application/pdf"},
      {"%PDF-1.7\n", "a.PDF", "application/pdf"},
      {"%PDF-1.7\n", "a.html", kUnknownType},
      {"%PDF-1.7\n", "a", kUnknownType},
      {"%PDF-1.7\n", ".pdf", kUnknownType},
      {"<html>", "a.pdf", kUnknownType},
      {" %PDF-1.7\n", "a.pdf", kUnknownType},
      {"\xFF\xD8\xFF\xE0", "a.jpeg", "image/jpeg"},
      {"\xFF\xD8\xFF\xE0", "a.png", kUnknownType},
      {"\x89PNG\r\n\x1A\n", "a.png", "image/png"},
      {"GIF89a", "a.gif", "image/gif"},
      {"GIF88a", "a.gif", kUnknownType},
      {"RIFF\x04\0\0\0WEBP"s, "a.webp", "image/webp"},
      {"RIFF\x04\0\0\0WAVE"s, "a.webp", kUnknownType},
      {"\0\0\0\x18"s + "ftypheic", "a.heic", "image/heic"},
      {"\0\0\0\x18"s + "ftypmp42", "a.heic", kUnknownType},
      {"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"PK\x03\x04", "a.zip", kUnknownType},
      {"Grüße\r\n", "a.txt", "text/plain"},
      {"a,b\n", "a.csv", "text/csv"},
      {"a\0b"s, "a.txt", kUnknownType},
      {"Gr\xFC\xDF"
       "e",
       "a.txt", kUnknownType},
      {"<svg onload='x'/>", "a.svg", kUnknownType},
      {"<script>", "a.html", kUnknownType},
      {"", "a.pdf", kUnknownType},
      {"RIFF", "a.webp", kUnknownType},
  };
  for (const Case& each : cases) EXPECT_EQ(detect_type(each.head, each.name), each.expected) << each.name;
}

TEST(MediaType, ALongTextMayBeCutInsideACharacter) {
  std::string text(kHeadBytes - 1, 'a');
  text += "é and more";
  EXPECT_EQ(detect_type(text, "a.txt"), "text/plain");
  text[10] = '\xFF';
  EXPECT_EQ(detect_type(text, "a.txt"), kUnknownType);
}

TEST(MediaType, OnlyWhatCannotRunIsShown) {
  for (const std::string_view shown :
       {"application/pdf", "image/jpeg", "image/png", "image/gif", "image/webp", "text/plain"}) {
    EXPECT_EQ(served_type(shown).media_type, shown);
    EXPECT_EQ(served_type(shown).showing, Showing::kInline) << shown;
  }
  for (const std::string_view saved : {"image/heic", "text/csv"}) {
    EXPECT_EQ(served_type(saved).media_type, saved);
    EXPECT_EQ(served_type(saved).showing, Showing::kSaved) << saved;
  }
  for (const std::string_view active :
       {"text/html", "image/svg+xml", "application/xml", "text/xml", "text/javascript", "application/xhtml+xml",
        "text/html; charset=utf-8", "IMAGE/PNG", "", "application/pdf, text/html"}) {
    EXPECT_EQ(served_type(active).media_type, kUnknownType) << active;
    EXPECT_EQ(served_type(active).showing, Showing::kSaved) << active;
  }
}

TEST(MediaType, NamesGetTheExtensionOfTheirType) {
  EXPECT_EQ(with_extension("Contract", "application/pdf"), "Contract.pdf");
  EXPECT_EQ(with_extension("Contract.pdf", "application/pdf"), "Contract.pdf");
  EXPECT_EQ(with_extension("Photo.JPEG", "image/jpeg"), "Photo.JPEG");
  EXPECT_EQ(with_extension("Contract.exe", "application/pdf"), "Contract.exe.pdf");
  EXPECT_EQ(with_extension("Thing.bin", "application/octet-stream"), "Thing.bin");
}

}  // namespace
}  // namespace portal::files
