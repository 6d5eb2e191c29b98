#include <gtest/gtest.h>

#include <array>
#include <string>

#include "features/portal/render_portal.hpp"

namespace portal::features {
namespace {

sql::GetPortalRow bare_portal() {
  sql::GetPortalRow row{};
  row.name = "Brightwater";
  row.accent_colour = "#0b6e99";
  row.languages = {"en"};
  row.default_language = "en";
  row.time_zone = "Europe/London";
  row.password_minimum_length = 12;
  return row;
}

TEST(RenderPortal, WhatIsNotSetIsNull) {
  EXPECT_EQ(
      render_portal(bare_portal()),
      R"({"name":"Brightwater","logo":null,"colours":{"accent":"#0b6e99"},)"
      R"("contact":{"phone":null,"email":null,"website":null},)"
      R"("legal":{"privacy_url":null,"terms_url":null,"imprint_url":null},)"
      R"("languages":["en"],"default_language":"en","time_zone":"Europe/London","password":{"minimum_length":12}})");
}

TEST(RenderPortal, EverythingThatIsSetIsShown) {
  constexpr std::array<std::uint8_t, 32> kHash{};
  sql::GetPortalRow row = bare_portal();
  row.logo_hash = kHash;
  row.logo_media_type = "image/png";
  row.logo_width = 320;
  row.logo_height = 96;
  row.contact_phone = "555-0100";
  row.contact_email = "hello@example.com";
  row.contact_website = "https://example.com";
  row.privacy_url = "https://example.com/privacy";
  row.terms_url = "https://example.com/terms";
  row.imprint_url = "https://example.com/imprint";
  row.languages = {"en", "es"};
  EXPECT_EQ(
      render_portal(row),
      R"({"name":"Brightwater","logo":{"url":"/api/v1/portal/logo?version=0000000000000000",)"
      R"("width":320,"height":96},)"
      R"("colours":{"accent":"#0b6e99"},)"
      R"("contact":{"phone":"555-0100","email":"hello@example.com","website":"https://example.com"},)"
      R"("legal":{"privacy_url":"https://example.com/privacy","terms_url":"https://example.com/terms",)"
      R"("imprint_url":"https://example.com/imprint"},)"
      R"("languages":["en","es"],"default_language":"en","time_zone":"Europe/London","password":{"minimum_length":12}})");
}

}  // namespace
}  // namespace portal::features
