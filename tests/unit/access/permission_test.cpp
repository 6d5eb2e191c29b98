#include "access/permission.hpp"

#include <gtest/gtest.h>

namespace portal::access {
namespace {

TEST(PermissionsTest, EveryNameComesBack) {
  for (const std::string_view name : kPermissionNames) {
    const std::optional<Permissions> parsed = Permissions::from_names(std::array{name});
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->names(), std::vector{name});
  }
  const std::optional<Permissions> all = Permissions::from_names(kPermissionNames);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->names().size(), kPermissionNames.size());
  EXPECT_TRUE(all->has(Permission::kViewDocuments));
}

TEST(PermissionsTest, NoneIsNone) {
  const std::optional<Permissions> none = Permissions::from_names({});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_TRUE(none->names().empty());
  EXPECT_FALSE(none->has_any({Permission::kViewJobStatus, Permission::kViewCompletedJobs}));
}

// Catches a module that skips what it does not know: a newer permission could take something away.
TEST(PermissionsTest, AnUnknownNameIsNotSkipped) {
  EXPECT_FALSE(Permissions::from_names(std::array<std::string_view, 2>{"view_job_status", "view_everything"}));
  EXPECT_FALSE(Permissions::from_names(std::array<std::string_view, 1>{""}));
  EXPECT_FALSE(Permissions::from_names(std::array<std::string_view, 1>{"VIEW_JOB_STATUS"}));
}

TEST(PermissionsTest, AnyOfSeveral) {
  const Permissions mine = {Permission::kViewJobStatus, Permission::kViewDocuments};
  EXPECT_TRUE(mine.has_any({Permission::kViewCompletedJobs, Permission::kViewJobStatus}));
  EXPECT_FALSE(mine.has_any({Permission::kViewCompletedJobs, Permission::kViewInvoices}));
  EXPECT_FALSE(mine.has(Permission::kViewCompletedJobs));
  EXPECT_NE(mine, Permissions({Permission::kViewJobStatus}));
}

}  // namespace
}  // namespace portal::access
