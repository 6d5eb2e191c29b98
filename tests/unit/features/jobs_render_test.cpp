#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "features/jobs/render_job.hpp"
#include "features/jobs/render_list.hpp"
#include "features/jobs/routes.hpp"

namespace portal::features::jobs {
namespace {

using enum access::Permission;

pg::Timestamp at(std::int64_t seconds) { return pg::Timestamp(std::chrono::seconds(seconds)); }

Summary full_job() {
  Summary job;
  job.job_id = 1042;
  job.number = 7;
  job.reference = "PO \"7781\"";
  job.status = Status::kScheduled;
  job.assignment = "assigned";
  job.scheduled_at = at(1764147600);
  job.scheduled_until = at(1764154800);
  job.address = "12 Mill Lane";
  job.site_id = 31;
  job.site_name = "Mill Lane";
  job.template_id = 3;
  job.template_name = "Boiler service";
  job.assignee_name = "Dana R.";
  return job;
}

Summary bare_job() {
  Summary job;
  job.job_id = 1;
  job.number = 1;
  job.status = Status::kFinished;
  job.outcome = Outcome::kUnsuccessful;
  job.template_id = 3;
  job.template_name = "Boiler service";
  return job;
}

constexpr std::string_view kFullJob =
    R"("id":"1042","number":"7","reference":"PO \"7781\"","state":"planned","status":"planned","assignment":"assigned",)"
    R"("scheduled_at":"2025-11-26T09:00:00Z","scheduled_until":"2025-11-26T11:00:00Z","address":"12 Mill Lane",)"
    R"("site":{"id":"31","name":"Mill Lane"},"template":{"id":"3","name":"Boiler service"},"assignee":{"name":"Dana R."})";
constexpr std::string_view kBareJob =
    R"("id":"1","number":"1","reference":null,"state":"finished","status":"could_not_be_completed","assignment":null,)"
    R"("scheduled_at":null,"scheduled_until":null,"address":null,"site":null,"template":{"id":"3","name":"Boiler service"},)"
    R"("assignee":null)";

TEST(RenderList, AJobHasEveryMemberOfTheContract) {
  const std::vector<Summary> jobs = {full_job(), bare_job()};
  EXPECT_EQ(render_list(jobs, "next", std::nullopt, {}),
            R"({"items":[{)" + std::string(kFullJob) + "},{" + std::string(kBareJob) + R"(}],"next_cursor":"next"})");
}

TEST(RenderList, CountsOnlyStatesThatThePermissionsCover) {
  const Counts counts = {1, 2, 3, 4};
  const auto counts_for = [&](access::Permissions permissions) {
    return render_list({}, std::nullopt, counts, permissions);
  };
  const std::string head = R"({"items":[],"next_cursor":null,"counts":)";
  EXPECT_EQ(counts_for({kViewJobStatus, kViewCompletedJobs}),
            head + R"({"planned":1,"active":2,"finished":3,"cancelled":4}})");
  EXPECT_EQ(counts_for({kViewJobStatus}), head + R"({"planned":1,"active":2,"cancelled":4}})");
  EXPECT_EQ(counts_for({kViewCompletedJobs}), head + R"({"finished":3,"cancelled":4}})");
  EXPECT_EQ(counts_for({kViewDocuments, kViewInvoices}), head + "{}}");
}

TEST(RenderJob, FieldsKeepTheirOrderAndFilesGoToTheirField) {
  const std::vector<Field> fields = {
      {.field_id = 1,
       .key = "description",
       .label = "Description",
       .stored_group = "main",
       .type = FieldType::kText,
       .options = {},
       .value = R"("Yearly")"},
      {.field_id = 2,
       .key = "colour",
       .label = "Colour",
       .stored_group = "custom",
       .type = FieldType::kPickList,
       .options = R"([{"id": "r", "label": "Red"}])",
       .value = R"("r")"},
      {.field_id = 3,
       .key = "empty",
       .label = "Empty",
       .stored_group = "custom",
       .type = FieldType::kMoney,
       .options = {},
       .value = {}},
      {.field_id = 4,
       .key = "photos",
       .label = "Photos",
       .stored_group = "report",
       .type = FieldType::kPhoto,
       .options = {},
       .value = {}},
      {.field_id = 5,
       .key = "signed",
       .label = "Signed",
       .stored_group = "report",
       .type = FieldType::kSignature,
       .options = {},
       .value = {}},
  };
  const std::vector<File> files = {{8, 4, "a \"b\".jpg", "image/jpeg", 5},
                                   {9, 4, "c.png", "image/png", 0},
                                   {10, 77, "other.pdf", "application/pdf", 1}};
  const RenderedJob rendered = render_job(full_job(), true, fields, files);
  EXPECT_TRUE(rendered.unfit_fields.empty());
  EXPECT_EQ(
      rendered.body,
      "{" + std::string(kFullJob) +
          R"(,"tracked":true,"fields":[{"key":"description","label":"Description","group":"default","type":"text","value":"Yearly"},)"
          R"({"key":"colour","label":"Colour","group":"custom","type":"pick_list","value":{"id":"r","label":"Red"}},)"
          R"({"key":"empty","label":"Empty","group":"custom","type":"money","value":null},)"
          R"({"key":"photos","label":"Photos","group":"report","type":"photo","value":[)"
          R"({"id":"8","name":"a \"b\".jpg","type":"image/jpeg","size":5,"url":"/api/v1/jobs/1042/files/8"},)"
          R"({"id":"9","name":"c.png","type":"image/png","size":0,"url":"/api/v1/jobs/1042/files/9"}]},)"
          R"({"key":"signed","label":"Signed","group":"report","type":"signature","value":[]}]})");
}

TEST(RenderJob, AValueThatDoesNotFitIsLeftOutAndNamed) {
  const std::vector<Field> fields = {
      {.field_id = 6,
       .key = "a",
       .label = "A",
       .stored_group = "custom",
       .type = FieldType::kInteger,
       .options = {},
       .value = R"("SECRET")"},
      {.field_id = 7,
       .key = "b",
       .label = "B",
       .stored_group = "custom",
       .type = FieldType::kPickList,
       .options = {},
       .value = R"("x")"},
      {.field_id = 8,
       .key = "c",
       .label = "C",
       .stored_group = "custom",
       .type = FieldType::kInteger,
       .options = {},
       .value = "5"},
  };
  const RenderedJob rendered = render_job(bare_job(), false, fields, {});
  EXPECT_EQ(rendered.unfit_fields, (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(rendered.body.find("SECRET"), std::string::npos);
  EXPECT_TRUE(rendered.body.ends_with(
      R"("tracked":false,"fields":[{"key":"a","label":"A","group":"custom","type":"integer","value":null},)"
      R"({"key":"b","label":"B","group":"custom","type":"pick_list","value":null},)"
      R"({"key":"c","label":"C","group":"custom","type":"integer","value":5}]})"))
      << rendered.body;
}

TEST(JobRoutes, AskForOneOfThePermissionsOnJobs) {
  for (const edge::Route& route : jobs_routes()) {
    const bool as_a_member_would = route.path.starts_with("/staff/members/{id}/view/");
    EXPECT_EQ(route.audience, as_a_member_would ? edge::Audience::kStaff : edge::Audience::kMember) << route.operation;
    EXPECT_EQ(route.any_of, (access::Permissions{kViewJobStatus, kViewCompletedJobs})) << route.operation;
  }
}

}  // namespace
}  // namespace portal::features::jobs
