#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl_sql/tidy.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kStep = 5000;  // rows of one transaction

template <class Row>
Outcome<std::int64_t> forget(Database& database, pg::Query (*statement)(std::int32_t)) {
  std::int64_t forgotten = 0;
  for (;;) {
    auto answer = database.fetch<Row>(statement(kStep));
    if (!answer) return failed(answer.error());
    const std::int64_t in_step = (*answer)[0].forgotten;
    forgotten += in_step;
    if (in_step < kStep) return forgotten;
  }
}

Outcome<void> tidy(const Invocation& invocation) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto activity = database->fetch<sql::ForgetActivityRow>(sql::forget_activity());
  if (!activity) return failed(activity.error());
  auto requests = database->fetch<sql::ForgetRepeatableRequestsRow>(sql::forget_repeatable_requests());
  if (!requests) return failed(requests.error());
  const Outcome<std::int64_t> sessions = forget<sql::ForgetSessionsRow>(*database, sql::forget_sessions);
  if (!sessions) return failed(sessions.error());
  const Outcome<std::int64_t> staff_sessions =
      forget<sql::ForgetStaffSessionsRow>(*database, sql::forget_staff_sessions);
  if (!staff_sessions) return failed(staff_sessions.error());
  const Outcome<std::int64_t> links = forget<sql::ForgetLinksRow>(*database, sql::forget_links);
  if (!links) return failed(links.error());
  const Outcome<std::int64_t> staff_links = forget<sql::ForgetStaffLinksRow>(*database, sql::forget_staff_links);
  if (!staff_links) return failed(staff_links.error());
  const Outcome<std::int64_t> views = forget<sql::ForgetStaffViewsRow>(*database, sql::forget_staff_views);
  if (!views) return failed(views.error());
  const Outcome<std::int64_t> positions = forget<sql::ForgetPositionsRow>(*database, sql::forget_positions);
  if (!positions) return failed(positions.error());
  const std::int64_t forgotten_activity = (*activity)[0].forgotten;
  const std::int64_t forgotten_requests = (*requests)[0].forgotten;
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object()
        .member("activity", forgotten_activity)
        .member("requests", forgotten_requests)
        .member("sessions", *sessions + *staff_sessions)
        .member("links", *links + *staff_links)
        .member("views", *views)
        .member("positions", *positions)
        .end_object();
    print_json(writer);
    return {};
  }
  print_line(fmt::format(
      "Forgotten: {} lines of activity, {} keys of repeatable requests, {} sessions, {} links, {} views of the "
      "portal as a member, {} positions of workers.",
      forgotten_activity, forgotten_requests, *sessions + *staff_sessions, *links + *staff_links, *views, *positions));
  return {};
}

}  // namespace

void add_tidy_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("tidy", "Remove what accounts keep for a time only; to be run once a day");
  add_database_options(*command, invocation);
  add_json_option(*command, invocation);
  command->callback([&invocation] { invocation.action = [&invocation] { return tidy(invocation); }; });
}

}  // namespace portal::portalctl
