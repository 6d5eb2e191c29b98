#include "http/content_disposition.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::http {
namespace {

std::string saved(std::string_view name) { return format_content_disposition(Disposition::kAttachment, name); }

TEST(ContentDisposition, PlainNamesStayAsTheyAre) {
  EXPECT_EQ(saved("Report 2026.pdf"), "attachment; filename=\"Report 2026.pdf\"");
  EXPECT_EQ(format_content_disposition(Disposition::kInline, "a.pdf"), "inline; filename=\"a.pdf\"");
}

TEST(ContentDisposition, OtherLettersTravelInTheExtendedForm) {
  EXPECT_EQ(saved("Größe.pdf"), "attachment; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf");
  EXPECT_EQ(saved("100%.pdf"), "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf");
}

TEST(ContentDisposition, NothingLeavesTheNameOrTheHeader) {
  EXPECT_EQ(saved("../../etc/passwd"), "attachment; filename=\"_.._etc_passwd\"");
  EXPECT_EQ(saved("a\"; filename=\"b.exe"), "attachment; filename=\"a_; filename=_b.exe\"");
  EXPECT_EQ(saved("a\r\nSet-Cookie: x"), "attachment; filename=\"a__Set-Cookie_ x\"");
  EXPECT_EQ(saved("C:\\a.pdf"), "attachment; filename=\"C__a.pdf\"");
  EXPECT_EQ(saved(std::string_view("a\0b.pdf", 7)), "attachment; filename=\"a_b.pdf\"");
  EXPECT_EQ(saved("a\xFF.pdf"), "attachment; filename=\"a_.pdf\"");
  EXPECT_EQ(saved("a.\xAEpdf"), "attachment; filename=\"a._pdf\"");
}

TEST(ContentDisposition, NothingTurnsTheNameAround) {
  EXPECT_EQ(saved("a\u202Efdp.exe"), "attachment; filename=\"a_fdp.exe\"");
  EXPECT_EQ(saved("a\u200B\u2066\uFEFF\u0085.pdf"), "attachment; filename=\"a____.pdf\"");
}

TEST(ContentDisposition, ThereIsAlwaysAName) {
  for (const std::string_view nothing : {"", ".", "..", "   ", ". ."})
    EXPECT_EQ(saved(nothing), "attachment; filename=\"file\"") << nothing;
  EXPECT_EQ(saved(".htaccess"), "attachment; filename=\"htaccess\"");
  EXPECT_EQ(saved("a.pdf. "), "attachment; filename=\"a.pdf\"");
}

TEST(ContentDisposition, LongNamesEndBeforeFileSystemsDo) {
  const std::string value = saved(std::string(1000, 'a'));
  EXPECT_EQ(value.size(), std::string_view("attachment; filename=\"\"").size() + limits::kFileNameBytes);
}

}  // namespace
}  // namespace portal::http
