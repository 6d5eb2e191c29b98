#include "files/active_content.hpp"

#include <algorithm>
#include <string>

#include <zlib.h>

#include <gtest/gtest.h>

namespace portal::files {
namespace {

bool scan(std::string_view text, std::size_t piece) {
  ActiveContentScan scan;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) scan.add(text.substr(0, piece));
  return scan.found();
}

TEST(ActiveContent, IsFoundHoweverItIsWrittenAndCut) {
  for (const std::string_view text : {"<< /S /JavaScript /JS (app.alert(1)) >>", "<</Type/Action/S/Launch/F(cmd.exe)>>",
                                      "/Names<</EmbeddedFiles 3 0 R>>", "<</S/J#61vaScript>>", "<</S/#4aavaScript>>",
                                      "<</AcroForm<</XFA 4 0 R>>>>", "//JS ", "/#/JS/", "/S/SubmitForm/F"}) {
    for (std::size_t piece = 1; piece < 20; ++piece)
      EXPECT_TRUE(scan(text, piece)) << text << " in pieces of " << piece;
  }
}

TEST(ActiveContent, WhatOnlyLooksLikeItIsNot) {
  for (const std::string_view text :
       {"/JavaScripts ", "/JSON ", "JavaScript", "/Java Script", "(JS)", "/OpenAction [3 0 R /Fit]",
        "/BaseFont/ABCDEF+Arial#20Bold", "/ J#61vaScript", "/LaunchLaunchLaunchLaunch ", ""}) {
    for (std::size_t piece = 1; piece < 20; ++piece)
      EXPECT_FALSE(scan(text, piece)) << text << " in pieces of " << piece;
  }
}

std::string deflate(std::string_view text) {
  std::string packed(::compressBound(text.size()), '\0');
  uLongf size = packed.size();
  EXPECT_EQ(::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                       text.size()),
            Z_OK);
  packed.resize(size);
  return packed;
}

std::string pdf_with(std::string_view content,
                     std::string_view dictionary = "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode",
                     std::string_view before = "") {
  std::string pdf = "%PDF-1.5\n4 0 obj\n<< /Length 9 >>\nstream\nq 1 w Q\nendstream\nendobj\n7 0 obj\n";
  return pdf.append(before)
      .append("<< ")
      .append(dictionary)
      .append(" >>\nstream\r\n")
      .append(content)
      .append("\nendstream\nendobj\n%%EOF\n");
}

TEST(ActiveContent, IsFoundInCompressedObjects) {
  const std::string harmless = pdf_with(deflate("1 0 << /Type /Catalog /Pages 2 0 R >>"));
  const std::string active =
      pdf_with(deflate("1 0 << /Type /Catalog /OpenAction << /S /Java#53cript /JS (app.alert(1)) >> >>"));
  const std::string spelled = pdf_with(deflate("<< /S /Launch >>"), "/Type /Obj#53tm /Filter /FlateDecode /X (obj)");
  const std::string second = harmless + active;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}, std::size_t{7},
                                  std::size_t{64}, std::size_t{100'000}}) {
    EXPECT_FALSE(scan(harmless, piece)) << piece;
    EXPECT_TRUE(scan(active, piece)) << piece;
    EXPECT_TRUE(scan(spelled, piece)) << piece;
    EXPECT_TRUE(scan(second, piece)) << piece;
    // A name that goes on in the next object is none.
    EXPECT_FALSE(scan(pdf_with(deflate("1 0 /J")) + pdf_with(deflate("1 0 S ")), piece)) << piece;
  }
}

TEST(ActiveContent, WhatCannotBeLookedIntoCountsAsActive) {
  const std::string harmless = deflate("1 0 << /Type /Catalog >>");
  EXPECT_TRUE(scan(pdf_with("ASCII", "/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]"), 10));
  EXPECT_TRUE(scan(pdf_with(harmless, "/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>"), 10));
  EXPECT_TRUE(scan(pdf_with("no zlib"), 10)) << "damaged, or encrypted";
  EXPECT_TRUE(scan(pdf_with(harmless.substr(0, 4) + "xxxx" + harmless.substr(8)), 10));
  // Twice, spelled in another way, and with what would hide the true dictionary behind another one.
  const std::string hidden = deflate(deflate("1 0 << /S /JavaScript >>"));
  const std::string plain = "8 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode";
  const std::string far = "/Type /ObjStm /Filter [/FlateDecode /FlateDecode] >> %" + std::string(5000, ' ') + plain;
  const std::string kind_left_out = "/N 1 /First 4 /Filter [/FlateDecode /FlateDecode]";
  for (const std::string_view dictionary : std::initializer_list<std::string_view>{
           far, kind_left_out, "/Type /ObjStm /Filter [/FlateDecode /FlateDecode]",
           "/Type /ObjStm /Filter [/FlateDecode /Flate#44ecode]",
           "/Type /ObjStm /Filter /FlateDecode /Filter [/FlateDecode /FlateDecode] /X (obj << /Type /ObjStm >>)",
           "/Type /ObjStm /Filter [/FlateDecode /FlateDecode] >> % 8 0 obj << /Type /ObjStm /Filter /FlateDecode",
           "/Type /ObjStm /Filter [/FlateDecode /FlateDecode] /Xobj << /Filter /FlateDecode >>",
           "/Type /ObjStm /Filter 9 0 R", "/Type /ObjStm /F (elsewhere) /Filter /FlateDecode"})
    EXPECT_TRUE(scan(pdf_with(hidden, dictionary), 10)) << dictionary;
  EXPECT_FALSE(
      scan(pdf_with(harmless, "/Type/ObjStm/N 1/First 4/Length 12 0 R/Extends 5 0 R/Filter[/FlateDecode]"), 10));
  // A dictionary that goes on in front of the one that is read may say how the rows of the text were changed.
  const std::string rows = deflate(
      "\2"
      "1 0 \2<< /\2Java\2Scri\2pt >>");
  EXPECT_TRUE(scan(pdf_with(rows, plain.substr(11), "<< /DecodeParms << /Predictor 12 /Columns 4 >> 8 0 obj "), 10));
  EXPECT_TRUE(scan(pdf_with(deflate("1 0"), "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"), 10)) << "too short";
  EXPECT_TRUE(scan("trailer << /Root 1 0 R /Encrypt 9 0 R >>", 10));
  // Other streams are pictures, pages and fonts, whatever their filters.
  EXPECT_FALSE(scan(pdf_with("no zlib", "/Type /XObject /Filter /DCTDecode"), 10));
  EXPECT_FALSE(scan(pdf_with(harmless, "/Type /XRef /Filter /FlateDecode /DecodeParms << /Predictor 12 >>"), 10));
}

TEST(ActiveContent, TextThatGrowsWithoutEndIsBounded) {
  const std::string most = deflate(std::string(ActiveContentScan::kMostObjects, ' '));
  EXPECT_FALSE(scan(pdf_with(most), 4096));
  EXPECT_TRUE(scan(pdf_with(most) + pdf_with(deflate("  ")), 4096)) << "of the file, not of each stream";
}

}  // namespace
}  // namespace portal::files
