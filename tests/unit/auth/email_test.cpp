#include "auth/email.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::auth {
namespace {

TEST(Email, HasOneSpelling) {
  EXPECT_EQ(normalise_email("anna@acme.example"), "anna@acme.example");
  EXPECT_EQ(normalise_email(" \tAnna.Moore@ACME.Example\r\n"), "anna.moore@acme.example");
  EXPECT_EQ(normalise_email("o'brien+portal@acme.example"), "o'brien+portal@acme.example");
  // Only ASCII is folded: what the server behind the address makes of other letters is its own business.
  EXPECT_EQ(normalise_email("JOSÉ@acme.example"), "josÉ@acme.example");
  EXPECT_EQ(normalise_email("root@localhost"), "root@localhost");
}

TEST(Email, RefusesWhatCannotBeAnAddress) {
  for (const std::string_view text :
       {"", " ", "anna", "@acme.example", "anna@", "anna@@acme.example", "anna@acme@example", "anna moore@acme.example",
        "anna@acme.example\nbcc: eve@evil.example", "anna@acme.example\r\n.", "<anna@acme.example>",
        "anna@acme,example", "\"anna\"@acme.example", "anna@.acme.example", "anna@acme.example.", "anna@acme..example",
        "anna@[192.0.2.1]", "an\x7fna@acme.example", "an\xff@acme.example"}) {
    EXPECT_EQ(normalise_email(text), std::nullopt) << text;
  }
  EXPECT_EQ(normalise_email(std::string_view("an\0na@acme.example", 18)), std::nullopt);
}

TEST(Email, RefusesBlanksAndControlsBeyondAscii) {
  // The database refuses the first ones too: they would end in an internal error.
  for (const std::string_view blank : {"\u0080", "\u0085", "\u009f", "\u00a0", "\u1680", "\u2000", "\u200a", "\u2028",
                                       "\u2029", "\u202f", "\u205f", "\u3000"}) {
    const std::string text(blank);
    EXPECT_EQ(normalise_email("an" + text + "na@acme.example"), std::nullopt);
    EXPECT_EQ(normalise_email("anna@acme" + text + ".example"), std::nullopt);
    EXPECT_EQ(normalise_email("anna@acme.example" + text), std::nullopt);
  }
  const std::string neighbours = "\u00a1\u1681\u2010\u203f\u2060\u3001@acme.example";
  EXPECT_EQ(normalise_email(neighbours), neighbours);
}

TEST(Email, EndsAtItsLimit) {
  const std::string domain = "@acme.example";
  const std::string longest = std::string(limits::kEmailBytes - domain.size(), 'a') + domain;
  EXPECT_EQ(normalise_email(longest), longest);
  EXPECT_EQ(normalise_email(" " + longest + " "), longest);
  EXPECT_EQ(normalise_email("a" + longest), std::nullopt);
}

TEST(Email, IsLookedUpByTheHashThatTheDatabaseKeeps) {
  // select encode(sha256('anna@acme.example'), 'hex')
  EXPECT_EQ(crypto::encode_hex(hash_login("anna@acme.example")),
            "cf9794e832c05b7ad7a478c3441a956ef9a03be8210f3612675478a83cee7be1");
}

}  // namespace
}  // namespace portal::auth
