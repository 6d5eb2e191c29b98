#include "http/multipart.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kForm =
    "--xyz\r\n"
    "Content-Disposition: form-data; name=\"title\"\r\n"
    "\r\n"
    "A title\r\n"
    "--xyz\r\n"
    "Content-Disposition: form-data; name=\"file\"; filename=\"plan b.pdf\"\r\n"
    "Content-Type: Application/PDF; x=y\r\n"
    "\r\n"
    "%PDF\r\n--xy\r\r\n--\r\n\r\n"
    "\r\n--xyz--\r\n";
constexpr std::string_view kParsed =
    "title text/plain - [A title] "
    "file application/pdf plan b.pdf [%PDF\r\n--xy\r\r\n--\r\n\r\n] ";

// "name type file-name [bytes] " for each part.
class Written final : public PartSink {
 public:
  Result<void> on_part(const PartHeaders& headers) override {
    text += headers.name + " " + headers.media_type + " " + headers.file_name.value_or("-") + " [";
    if (headers.name == "unwanted") return fail(ErrorCode::kConflict);
    return {};
  }
  Result<void> on_bytes(std::string_view bytes) override {
    EXPECT_FALSE(bytes.empty());
    text += bytes;
    return {};
  }
  Result<void> on_part_end() override {
    text += "] ";
    return {};
  }
  std::string text;
};

// What came of the whole form, fed in slices of so many bytes: the parts, or the code of the error.
std::string parse(std::string_view form, std::size_t slice = 0) {
  Written written;
  MultipartParser parser("xyz", written);
  if (slice == 0) slice = std::max<std::size_t>(form.size(), 1);
  for (std::size_t at = 0; at < form.size(); at += slice) {
    if (const Result<void> fed = parser.feed(form.substr(at, slice)); !fed) {
      EXPECT_FALSE(parser.feed("more")) << "it goes on after an error";
      EXPECT_FALSE(parser.finish());
      const Error& error = fed.error();
      return std::string(properties_of(error.code).problem_code) +
             (error.fields.empty() ? "" : " " + error.fields[0].pointer + ":" + error.fields[0].code);
    }
  }
  const Result<void> finished = parser.finish();
  return finished ? written.text : "no end";
}

std::string part(std::string_view disposition, std::string_view body, std::string_view more = "") {
  return "--xyz\r\nContent-Disposition: " + std::string(disposition) + "\r\n" + std::string(more) + "\r\n" +
         std::string(body) + "\r\n";
}

std::string one_part(std::string_view disposition, std::string_view more = "") {
  return parse(part(disposition, "x", more) + "--xyz--\r\n");
}

TEST(Multipart, IsTheSameInSlicesOfEverySize) {
  for (std::size_t slice = 1; slice <= kForm.size(); ++slice) EXPECT_EQ(parse(kForm, slice), kParsed) << slice;
}

TEST(Multipart, IsTheSameCutAtEveryByte) {
  for (std::size_t cut = 0; cut <= kForm.size(); ++cut) {
    Written written;
    MultipartParser parser("xyz", written);
    ASSERT_TRUE(parser.feed(kForm.substr(0, cut)));
    ASSERT_TRUE(parser.feed(kForm.substr(cut)));
    EXPECT_TRUE(parser.finish());
    EXPECT_EQ(written.text, kParsed) << cut;
  }
}

TEST(Multipart, IsNotWholeBeforeItsEnd) {
  const std::size_t last = kForm.rfind("--xyz--") + 7;
  for (std::size_t end = 0; end < kForm.size(); ++end)
    EXPECT_EQ(parse(kForm.substr(0, end), 1) == "no end", end < last) << end;
}

TEST(Multipart, KnowsEmptyFormsAndEmptyParts) {
  EXPECT_EQ(parse("--xyz--"), "");
  EXPECT_EQ(parse("\r\n--xyz--\r\n"), "");
  EXPECT_EQ(parse(part("form-data; name=a", "") + "--xyz--"), "a text/plain - [] ");
  EXPECT_EQ(parse("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n--xyz--"), "a text/plain - [] ");
  // A form that was sent without choosing a file.
  EXPECT_EQ(one_part("form-data; name=a; filename=\"\""), "a text/plain  [x] ");
}

TEST(Multipart, FindsOnlyItsOwnBoundary) {
  EXPECT_EQ(parse("--abc\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--abc--\r\n"), "no end");
  EXPECT_EQ(parse("--xyzz\r\n"), "invalid_request");
  EXPECT_EQ(parse("--xyz-\r\n"), "invalid_request");
  EXPECT_EQ(parse("--xyz\n"), "invalid_request");
  EXPECT_EQ(parse("--xyz\r\r\n"), "invalid_request");
  // In the middle of a line it is none.
  EXPECT_EQ(parse(part("form-data; name=a", "b--xyz--\n--xyz--") + "--xyz--"), "a text/plain - [b--xyz--\n--xyz--] ");
}

TEST(Multipart, TakesBlanksBehindABoundaryAndTextAroundTheParts) {
  EXPECT_EQ(
      parse(
          "This is multipart.\r\n--xyz \t\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz-- \r\nThe end."),
      "a text/plain - [x] ");
}

TEST(Multipart, NestedOnesAreRefused) {
  EXPECT_EQ(one_part("form-data; name=a", "Content-Type: multipart/mixed; boundary=inner\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Type: MULTIPART/form-data; boundary=xyz\r\n"), "invalid_request");
}

TEST(Multipart, NamesHoldNoLineEndsAndNoNul) {
  for (const std::string_view bad : {"a\rb", "a\nb", "a\x01", "\x7F"}) {
    EXPECT_EQ(one_part("form-data; name=\"" + std::string(bad) + "\""), "invalid_request");
    EXPECT_EQ(one_part("form-data; name=a; filename=\"" + std::string(bad) + "\""), "invalid_request");
  }
  const std::string nul("a\0b", 3);
  EXPECT_EQ(one_part("form-data; name=\"" + nul + "\""), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a; filename=\"" + nul + "\""), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a; filename=\"\xFF\""), "invalid_field /a:invalid_text");
  EXPECT_EQ(one_part("form-data; name=\"\xFF\""), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a; filename*=UTF-8''a%0Db"), "invalid_field /a:invalid_text");
  EXPECT_EQ(one_part("form-data; name=a; filename*=UTF-8''a%00b"), "invalid_field /a:invalid_text");
}

TEST(Multipart, FileNamesAreAsBrowsersSendThem) {
  EXPECT_EQ(one_part("form-data; name=\"a\"; filename=\"C:\\folder\\plan.pdf\""), "a text/plain plan.pdf [x] ");
  EXPECT_EQ(one_part("form-data; name=\"a\"; filename=\"../../Übersicht \\\"1\\\".pdf\""),
            "a text/plain Übersicht \"1\".pdf [x] ");
  EXPECT_EQ(one_part("form-data; name=\"a\"; filename=x; filename*=UTF-8''%C3%9Cbersicht"),
            "a text/plain Übersicht [x] ");
}

TEST(Multipart, APartSaysEverythingOnce) {
  EXPECT_EQ(one_part("form-data; name=a; name=b"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a; filename=b; FileName=c"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Disposition: form-data; name=b\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Type: text/plain\r\nContent-Type: text/html\r\n"),
            "invalid_request");
  EXPECT_EQ(one_part("form-data"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=\"\""), "invalid_request");
  EXPECT_EQ(one_part("attachment; name=a"), "invalid_request");
  EXPECT_EQ(parse("--xyz\r\n\r\nx\r\n--xyz--"), "invalid_request");
}

TEST(Multipart, HeadersAreLinesOfNameAndValue) {
  EXPECT_EQ(one_part("form-data; name=a", "X-Other: something\r\n"), "a text/plain - [x] ");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Transfer-Encoding: 8BIT\r\n"), "a text/plain - [x] ");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Transfer-Encoding: base64\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "no header\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data;\r\n name=a"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "Content-Type: text\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "X: a\nY: b\r\n"), "invalid_request");
  EXPECT_EQ(one_part("form-data; name=a", "X : a\r\n"), "invalid_request");
}

TEST(Multipart, ReachesItsLimits) {
  std::string parts;
  for (std::size_t count = 0; count < limits::kParts; ++count) parts += part("form-data; name=a", "");
  EXPECT_TRUE(parse(parts + "--xyz--").starts_with("a "));
  EXPECT_EQ(parse(parts + part("form-data; name=a", "") + "--xyz--"), "payload_too_large");

  const std::string longest(limits::kPartNameBytes, 'n');
  EXPECT_EQ(one_part("form-data; name=" + longest), longest + " text/plain - [x] ");
  EXPECT_EQ(one_part("form-data; name=" + longest + "n"), "invalid_request");

  std::string name;
  for (std::size_t count = 0; count < limits::kFileNameCharacters; ++count) name += "€";
  EXPECT_EQ(one_part("form-data; name=a; filename=\"" + name + "\""), "a text/plain " + name + " [x] ");
  EXPECT_EQ(one_part("form-data; name=a; filename=\"" + name + "€\""), "invalid_field /a:too_long");

  const std::string_view known =
      "Content-Disposition: form-data; name=a\r\n"
      "X: \r\n\r\n";
  const std::string filler(limits::kPartHeaderBytes - known.size(), 'x');
  EXPECT_EQ(one_part("form-data; name=a", "X: " + filler + "\r\n"), "a text/plain - [x] ");
  EXPECT_EQ(one_part("form-data; name=a", "X: x" + filler + "\r\n"), "invalid_request");

  const std::string text(limits::kPartTextBytes, 't');
  EXPECT_EQ(parse(part("form-data; name=a", text) + "--xyz--").size(), text.size() + 18);
  EXPECT_EQ(parse(part("form-data; name=a", text + "t") + "--xyz--"), "payload_too_large");
  EXPECT_EQ(parse(part("form-data; name=a; filename=b", text + "t") + "--xyz--").size(), text.size() + 19);

  const std::string blanks(limits::kBoundaryPaddingBytes - 2, ' ');
  EXPECT_EQ(parse("--xyz" + blanks + "\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz--"),
            "a text/plain - [x] ");
  EXPECT_EQ(parse("--xyz " + blanks + "\r\n"), "invalid_request");

  const std::string around(limits::kMultipartPaddingBytes / 2, 'p');
  EXPECT_EQ(parse(around + "\r\n--xyz--" + around), "");
  EXPECT_EQ(parse(around + "\r\n--xyz--p" + around), "invalid_request");
  EXPECT_EQ(parse(std::string(limits::kMultipartPaddingBytes + 1, 'p')), "invalid_request");

  std::string parameters;
  for (std::size_t count = 1; count < limits::kHeaderParameters; ++count)
    parameters += "; p" + std::to_string(count) + "=v";
  EXPECT_EQ(one_part("form-data; name=a" + parameters), "a text/plain - [x] ");
  EXPECT_EQ(one_part("form-data; name=a" + parameters + "; one=more"), "invalid_request");
}

// SECURITY X8: what comes after the limit is not even looked at.
TEST(Multipart, AHundredThousandPartsEndAtTheTwentyFirst) {
  std::string parts;
  for (int count = 0; count < 100'000; ++count) parts += part("form-data; name=a", "x");
  EXPECT_EQ(parse(parts, 4096), "payload_too_large");
}

TEST(Multipart, AFileIsNotLongerThanADocument) {
  class Counting final : public PartSink {
   public:
    Result<void> on_part(const PartHeaders&) override { return {}; }
    Result<void> on_bytes(std::string_view bytes) override {
      count += static_cast<std::int64_t>(bytes.size());
      return {};
    }
    Result<void> on_part_end() override { return {}; }
    std::int64_t count = 0;
  } counting;
  MultipartParser parser("xyz", counting);
  ASSERT_TRUE(parser.feed("--xyz\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n"));
  const std::string megabyte(1024 * 1024, 'f');
  while (counting.count + 1024 * 1024 <= limits::kDocumentBytes) ASSERT_TRUE(parser.feed(megabyte));
  const auto left = static_cast<std::size_t>(limits::kDocumentBytes - counting.count);
  ASSERT_TRUE(parser.feed(megabyte.substr(0, left)));
  const Result<void> fed = parser.feed("f");
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::kPayloadTooLarge);
}

TEST(Multipart, WhatTheSinkRefusesEndsIt) { EXPECT_EQ(one_part("form-data; name=unwanted"), "conflict"); }

TEST(Multipart, ReadsBoundaries) {
  const auto boundary = [](std::string_view type) {
    const Result<std::string> parsed = parse_multipart_boundary(type);
    return parsed ? *parsed : std::string(properties_of(parsed.error().code).problem_code);
  };
  EXPECT_EQ(boundary("multipart/form-data; boundary=----WebKitFormBoundaryAbc123"), "----WebKitFormBoundaryAbc123");
  EXPECT_EQ(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(70, 'b')), std::string(70, 'b'));
  for (const std::string& bad :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/mixed; boundary=a"), std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=\"\""), std::string("multipart/form-data; boundary=a; boundary=b"),
        std::string("multipart/form-data; boundary=\"a\\\"b\""),
        std::string("multipart/form-data; boundary=") + std::string(71, 'b'),
        std::string("multipart/form-data boundary=a"),
        std::string("multipart/form-data; boundary=a") + std::string(limits::kMediaTypeBytes, ' ')}) {
    EXPECT_EQ(boundary(bad), "unsupported_media_type") << bad;
  }
}

}  // namespace
}  // namespace portal::http
