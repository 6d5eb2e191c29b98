#include "auth/password_rule.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal::auth {
namespace {

constexpr std::array<std::string_view, 5> kPersonal = {"Ana", "Muñoz Ibáñez", "ana.munoz", "Brightwater & Sons", ""};

std::string_view fault(std::string_view password) {
  return find_password_fault(password, {.minimum_length = 12, .personal = kPersonal});
}

TEST(PasswordRule, CountsCodePointsAndNotBytes) {
  EXPECT_EQ(fault("elevenchars"), "too_short");
  EXPECT_EQ(fault("twelve chars"), "");
  EXPECT_EQ(fault("ñandúbúhoñú"), "too_short");  // 11 code points in 16 bytes
  EXPECT_EQ(fault("ñandú búhoñú"), "");
  EXPECT_EQ(find_password_fault("a kettle", {.minimum_length = 8, .personal = {}}), "");
}

TEST(PasswordRule, TakesLongOnesUpToTheLimit) {
  std::string longest;
  while (longest.size() < limits::kPasswordBytes) longest += std::to_string(longest.size()) + " kettles ";
  longest.resize(limits::kPasswordBytes);
  EXPECT_EQ(fault(std::string_view(longest).substr(0, 64)), "");
  EXPECT_EQ(fault(longest), "");
  EXPECT_EQ(fault(longest + "x"), "too_long");
}

TEST(PasswordRule, AsksForNoKindsOfCharacters) {
  EXPECT_EQ(fault("correct horse battery staple"), "");
  EXPECT_EQ(fault("928374650192"), "");
  EXPECT_EQ(fault("._.:-;_,.:;-_:.,"), "");
}

TEST(PasswordRule, RefusesNamesAndAddresses) {
  for (const std::string_view password :
       {"brightwatersons", "BrightWater-Sons 2026", "my.Brightwater_&_Sons!", "muñoz ibáñez 1", "MUÑOZIBÁÑEZ2026",
        "Ana.Munoz2026", "xx anamunoz xx", "hello ana 2026", "ANA-is-the-best", "2026ana2026ana"}) {
    EXPECT_EQ(fault(password), "personal_password") << password;
  }
}

TEST(PasswordRule, KeepsInnocentWordsThatHoldAShortName) {
  EXPECT_EQ(fault("banana split tree"), "");
  EXPECT_EQ(fault("analogue clocks"), "");
  EXPECT_EQ(fault("ñana ñana ñana"), "");
}

TEST(PasswordRule, TakesNothingFromNamesWithoutLetters) {
  constexpr std::array<std::string_view, 2> kOdd = {"&&&", " "};
  EXPECT_EQ(find_password_fault("&&& + 83 / & = 17 ; &&", {.minimum_length = 12, .personal = kOdd}), "");
}

}  // namespace
}  // namespace portal::auth
