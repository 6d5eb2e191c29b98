#include "files/answer.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace portal::files {
namespace {

const crypto::Digest kHash = crypto::sha256("x");

std::string header(const http::Response& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &http::ResponseHeader::name);
  return found == response.headers.end() ? "" : found->value;
}

TEST(FileAnswer, APathIsMadeOfDigits) {
  EXPECT_EQ(path_of(kHash), "2d/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
}

TEST(FileAnswer, DownloadIsOneOrNothing) {
  EXPECT_EQ(parse_download("").value(), false);
  EXPECT_EQ(parse_download("download=1").value(), true);
  for (const std::string_view wrong : {"download=0", "download=", "download", "download=1&download=1", "other=1"})
    EXPECT_FALSE(parse_download(wrong)) << wrong;
}

TEST(Logo, AnotherPictureHasAnotherAddressAndTheServerAnswersToBoth) {
  constexpr std::array<std::uint8_t, 32> kFormer{1};
  constexpr std::array<std::uint8_t, 32> kLatter{2};
  EXPECT_EQ(logo_address(kFormer), "/api/v1/portal/logo?version=0100000000000000");
  EXPECT_NE(logo_address(kFormer), logo_address(kLatter));
  for (const std::string_view right : {"", "version=0100000000000000", "version=any"})
    EXPECT_TRUE(check_logo_query(right)) << right;
  for (const std::string_view wrong : {"version=", "size=1", "version=a&version=b"})
    EXPECT_FALSE(check_logo_query(wrong)) << wrong;
}

TEST(FileAnswer, AFileIsSentWithWhatNginxNeeds) {
  const http::Response response = answer({"Report", "application/pdf", 12, kHash}, false, {});
  ASSERT_TRUE(response.file);
  EXPECT_EQ(response.file->path, path_of(kHash));
  EXPECT_EQ(response.file->bytes, 12);
  EXPECT_EQ(response.file->etag, "\"" + path_of(kHash).substr(3) + "\"");
  EXPECT_EQ(response.content_type, "application/pdf");
  EXPECT_EQ(header(response, "Content-Disposition"), "inline; filename=\"Report.pdf\"");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  EXPECT_TRUE(response.body.empty());
}

TEST(FileAnswer, WhatTheClientHasIsNotSent) {
  const std::string etag = "\"" + path_of(kHash).substr(3) + "\"";
  const std::vector<http::Header> headers = {{"if-none-match", etag}};
  http::Request request;
  request.headers = headers;
  const http::Response response = answer({"Report", "application/pdf", 12, kHash}, false, request);
  EXPECT_EQ(response.status, http::Status::kNotModified);
  EXPECT_FALSE(response.file);
  EXPECT_EQ(header(response, "ETag"), etag);
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

TEST(FileAnswer, OnlyAPdfHasNoSandbox) {
  const auto policy = [](std::string_view type) {
    return header(answer({"a", type, 1, kHash}, false, {}), "Content-Security-Policy");
  };
  EXPECT_FALSE(policy("application/pdf").contains("sandbox"));
  for (const std::string_view type : {"image/png", "text/plain", "text/html", "image/svg+xml"})
    EXPECT_TRUE(policy(type).contains("sandbox")) << type;
}

}  // namespace
}  // namespace portal::files
