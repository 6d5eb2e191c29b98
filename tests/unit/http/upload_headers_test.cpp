#include "http/upload_headers.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.hpp"

namespace portal::http {
namespace {

constexpr Header kPdf{"Content-Type", "application/pdf"};
constexpr Header kSize{"Content-Length", "1234"};

// "type name length", or what was wrong.
std::string parse(const std::vector<Header>& headers) {
  Request request;
  request.headers = headers;
  const Result<UploadHeaders> parsed = parse_upload_headers(request);
  if (parsed) return parsed->media_type + " " + parsed->name + " " + std::to_string(parsed->length);
  const Error& error = parsed.error();
  return std::string(properties_of(error.code).problem_code) +
         (error.fields.empty() ? "" : " " + error.fields[0].pointer + ":" + error.fields[0].code);
}

std::string parse_named(std::string_view disposition) {
  return parse({kPdf, kSize, {"Content-Disposition", disposition}});
}

std::string refused(std::string_view code) { return "invalid_field /header/Content-Disposition:" + std::string(code); }

TEST(UploadHeaders, SayWhatIsComing) {
  EXPECT_EQ(parse({{"content-type", "Application/PDF; charset=x"},
                   {"content-length", "0"},
                   {"content-disposition", "Attachment; filename*=utf-8'en'Vertrag%20%E2%82%AC.pdf"}}),
            "application/pdf Vertrag €.pdf 0");
  EXPECT_EQ(parse_named("attachment; filename=plan.pdf"), "application/pdf plan.pdf 1234");
  EXPECT_EQ(parse_named("attachment;filename=\"plan \\\"b\\\".pdf\" ; "), "application/pdf plan \"b\".pdf 1234");
}

TEST(UploadHeaders, TheExtendedNameCounts) {
  EXPECT_EQ(parse_named("attachment; filename=plain; filename*=UTF-8''full"), "application/pdf full 1234");
  EXPECT_EQ(parse_named("attachment; filename*=UTF-8''full; filename=plain"), "application/pdf full 1234");
}

TEST(UploadHeaders, FoldersAreTakenOff) {
  EXPECT_EQ(parse_named("attachment; filename=\"../../etc/passwd\""), "application/pdf passwd 1234");
  EXPECT_EQ(parse_named("attachment; filename=\"C:\\folder\\plan.pdf\""), "application/pdf plan.pdf 1234");
  EXPECT_EQ(parse_named("attachment; filename*=UTF-8''a%2Fb%5Cc"), "application/pdf c 1234");
  EXPECT_EQ(parse_named("attachment; filename=\"folder/\""), refused("required"));
}

TEST(UploadHeaders, NamesAreText) {
  for (const std::string_view bad : {"UTF-8''%00", "UTF-8''a%0D%0Ab", "UTF-8''%7F", "UTF-8''%C2%85", "UTF-8''%FF",
                                     "UTF-8''%C0%AF", "UTF-8''%ED%A0%80"})
    EXPECT_EQ(parse_named("attachment; filename*=" + std::string(bad)), refused("invalid_text")) << bad;
  EXPECT_EQ(parse_named("attachment; filename=\"\xFF\""), refused("invalid_text"));
  for (const char bad : {'\0', '\r', '\n', '\x7F'})
    EXPECT_EQ(parse_named("attachment; filename=\"a" + std::string(1, bad) + "b\""), refused("invalid_syntax"));
}

TEST(UploadHeaders, OtherFormsAreRefused) {
  for (const std::string_view bad : {"inline; filename=a",
                                     "form-data; name=a; filename=b",
                                     "attachment; filename=a; filename=b",
                                     "attachment; filename=a; FILENAME=b",
                                     "attachment; filename*=UTF-8''a; filename*=UTF-8''b",
                                     "attachment; filename",
                                     "attachment; filename=",
                                     "attachment; filename=a b",
                                     "attachment; filename=\"a",
                                     "attachment; filename=\"a\"b",
                                     "attachment filename=a",
                                     "attachment; =a",
                                     "; filename=a",
                                     "attachment; filename*=ISO-8859-1''a",
                                     "attachment; filename*=UTF-8'a",
                                     "attachment; filename*=UTF-8''%4",
                                     "attachment; filename*=UTF-8''%4x",
                                     "attachment; filename*=UTF-8''%",
                                     "attachment; filename*=\"UTF-8''a b\"",
                                     "attachment; filename*=UTF-8''a'b"})
    EXPECT_EQ(parse_named(bad), refused("invalid_syntax")) << bad;
  EXPECT_EQ(parse_named("attachment"), refused("required"));
  EXPECT_EQ(parse_named("attachment; filename=\"\""), refused("required"));
}

TEST(UploadHeaders, AreThereOnce) {
  const Header named{"Content-Disposition", "attachment; filename=a"};
  EXPECT_EQ(parse({kSize, named}), "unsupported_media_type");
  EXPECT_EQ(parse({kPdf, kPdf, kSize, named}), "unsupported_media_type");
  EXPECT_EQ(parse({kPdf, kSize, named, {"Content-Encoding", "gzip"}}), "unsupported_media_type");
  EXPECT_EQ(parse({kPdf, named}), "invalid_field /header/Content-Length:required");
  EXPECT_EQ(parse({kPdf, kSize, kSize, named}), "invalid_field /header/Content-Length:required");
  EXPECT_EQ(parse({kPdf, kSize}), refused("required"));
  EXPECT_EQ(parse({kPdf, kSize, named, named}), refused("required"));
}

TEST(UploadHeaders, TypesAreTypes) {
  const Header named{"Content-Disposition", "attachment; filename=a"};
  for (const std::string_view bad :
       {"", "pdf", "application/", "/pdf", "application/pdf/x", "a b/c", "application/pdf;x", "*/*,a/b"})
    EXPECT_EQ(parse({{"Content-Type", bad}, kSize, named}), "unsupported_media_type") << bad;
  const std::string longest = "text/" + std::string(limits::kMediaTypeBytes - 5, 'x');
  EXPECT_EQ(parse({{"Content-Type", longest}, kSize, named}), longest + " a 1234");
  EXPECT_EQ(parse({{"Content-Type", longest + "x"}, kSize, named}), "unsupported_media_type");
}

TEST(UploadHeaders, ReachTheirLimits) {
  const auto sized = [](std::string_view length) {
    return parse({kPdf, {"Content-Length", length}, {"Content-Disposition", "attachment; filename=a"}});
  };
  const std::string most = std::to_string(limits::kDocumentBytes);
  EXPECT_EQ(sized(most), "application/pdf a " + most);
  EXPECT_EQ(sized(std::to_string(limits::kDocumentBytes + 1)), "payload_too_large");
  EXPECT_EQ(sized("99999999999999999999999"), "payload_too_large");
  for (const std::string_view bad : {"", "-1", "+1", "1 ", "0x10", "1.0"})
    EXPECT_EQ(sized(bad), "invalid_field /header/Content-Length:invalid_syntax") << bad;

  std::string name;
  for (std::size_t count = 0; count < limits::kFileNameCharacters; ++count) name += "%C3%A9";
  EXPECT_TRUE(parse_named("attachment; filename*=UTF-8''" + name).starts_with("application/pdf é"));
  EXPECT_EQ(parse_named("attachment; filename*=UTF-8''" + name + "a"), refused("too_long"));
  EXPECT_EQ(parse_named("attachment; filename=a" + std::string(limits::kDispositionBytes, ' ')), refused("too_long"));
}

}  // namespace
}  // namespace portal::http
