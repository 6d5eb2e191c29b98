#include "http/refusal.hpp"

#include <gtest/gtest.h>

namespace portal::http {
namespace {

TEST(Refusal, TheLanguageIsThePreferredOne) {
  for (const char* text : {"", "en", "en-GB,es;q=0.9", "de, fr;q=0.5", "es;q=0.2, en;q=0.3", "es;q=0", "est", "es;q=x",
                           ",;,;=", "*", "en;q=1.0, es;q=0.999"})
    EXPECT_EQ(choose_language(text), Language::kEnglish) << text;
  for (const char* text :
       {"es", "ES-mx", "de;q=0.9, es;q=0.1", "en;q=0.8,es;q=0.81", " es ; q=1 , en;q=0.9", "es;q=1.000"})
    EXPECT_EQ(choose_language(text), Language::kSpanish) << text;
}

TEST(Refusal, ProgramsGetProblems) {
  EXPECT_TRUE(wants_problem("/api/v1/jobs", "text/html"));
  EXPECT_TRUE(wants_problem("/api", ""));
  EXPECT_TRUE(wants_problem("/", "application/json"));
  EXPECT_TRUE(wants_problem("", "application/problem+json, */*;q=0.1"));
  EXPECT_FALSE(wants_problem("/apis", ""));
  EXPECT_FALSE(wants_problem("/", "*/*"));
  EXPECT_FALSE(wants_problem("/", "text/html, application/json;q=0.1"));
}

TEST(Refusal, WhoeverPrefersHtmlIsABrowser) {
  for (const char* accept : {"text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                             "TEXT/HTML, application/xhtml+xml, */*", "application/json;q=0.5, text/html;q=0.6",
                             "text/html;charset=utf-8;q=0.9", "text/html,image/avif,*/*"})
    EXPECT_TRUE(prefers_html(accept)) << accept;
  for (const char* accept : {"", "*/*", "application/json", "application/json, text/html", "text/html;q=0",
                             "text/html;q=0.5, application/json", "text/htmlx", ",;,", "image/*", "text/*"})
    EXPECT_FALSE(prefers_html(accept)) << accept;
}

TEST(Refusal, AProblemMaySayMoreThanItsStatus) {
  EXPECT_NE(render_refused_problem(403, "", ErrorCode::kCrossSiteRequest).find(R"("code":"cross_site_request")"),
            std::string::npos);
}

TEST(Refusal, AProblemRepeatsTheStatus) {
  for (int status = 400; status < 600; ++status) {
    const std::string body = render_refused_problem(status, "4f");
    EXPECT_NE(body.find("\"status\":" + std::to_string(status)), std::string::npos) << body;
    EXPECT_NE(body.find(R"("request_id":"4f")"), std::string::npos);
  }
  EXPECT_NE(render_refused_problem(413, "").find(R"("code":"payload_too_large")"), std::string::npos);
  EXPECT_NE(render_refused_problem(418, "").find(R"("code":"invalid_request")"), std::string::npos);
  EXPECT_NE(render_refused_problem(507, "").find(R"("code":"internal_error")"), std::string::npos);
}

// Catches a page that does not fit where the module writes it, and one that holds what the policy forbids.
TEST(Refusal, EveryStatusHasAPage) {
  for (int status = 400; status < 600; ++status) {
    for (const Language language : {Language::kEnglish, Language::kSpanish}) {
      const std::string page = render_refused_page(status, language, "0123456789abcdef0123456789abcdef");
      EXPECT_LT(page.size(), 2048U);
      EXPECT_TRUE(page.starts_with("<!doctype html>"));
      EXPECT_EQ(page.find("<style"), std::string::npos);
      EXPECT_EQ(page.find("<script"), std::string::npos);
      EXPECT_EQ(page.find("style=\""), std::string::npos);
      EXPECT_NE(page.find(std::to_string(status) + " · "), std::string::npos);
      EXPECT_NE(page.find(language == Language::kSpanish ? R"(lang="es")" : R"(lang="en")"), std::string::npos);
    }
  }
}

TEST(Refusal, NothingOfTheRequestIsInThePage) {
  EXPECT_EQ(render_refused_page(400, Language::kEnglish, "<b>").find("<b>"), std::string::npos);
}

}  // namespace
}  // namespace portal::http
