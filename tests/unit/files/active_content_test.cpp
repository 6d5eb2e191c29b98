#include "files/active_content.hpp"

#include <string>

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

}  // namespace
}  // namespace portal::files
