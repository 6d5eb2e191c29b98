#include "base/field_errors.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace portal {
namespace {

TEST(FieldErrors, WithoutAnyIsSuccess) {
  const FieldErrors errors;
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(errors.result());
}

TEST(FieldErrors, TellsAllOfThem) {
  FieldErrors errors;
  errors.add("/email", "required");
  errors.add("/password", "too_short");
  const Result<void> result = errors.result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidField);
  ASSERT_EQ(result.error().fields.size(), 2U);
  EXPECT_EQ(result.error().fields[1].pointer, "/password");
  EXPECT_EQ(result.error().fields[1].code, "too_short");
}

TEST(FieldErrors, KeepsNoMoreThanTheLimit) {
  FieldErrors errors;
  for (std::size_t index = 0; index < limits::kFieldErrors + 10; ++index) errors.add("/x", "required");
  EXPECT_EQ(errors.result().error().fields.size(), limits::kFieldErrors);
}

TEST(FieldErrors, PointersAreEscapedAndBounded) {
  EXPECT_EQ(append_pointer("", "email"), "/email");
  EXPECT_EQ(append_pointer("/a", "b"), "/a/b");
  EXPECT_EQ(append_pointer("", "a/b~c"), "/a~1b~0c");
  EXPECT_EQ(append_pointer("/query", "\xFF"), "/query/");
  EXPECT_EQ(append_pointer("", std::string(1000, 'x')), "/" + std::string(limits::kReportedNameBytes, 'x'));
}

}  // namespace
}  // namespace portal
