#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/database.hpp"
#include "portalctl_sql/tidy.hpp"

namespace portal::portalctl {
namespace {

Outcome<void> tidy(const Invocation& invocation) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto activity = database->fetch<sql::ForgetActivityRow>(sql::forget_activity());
  if (!activity) return failed(activity.error());
  auto requests = database->fetch<sql::ForgetRepeatableRequestsRow>(sql::forget_repeatable_requests());
  if (!requests) return failed(requests.error());
  const std::int64_t forgotten_activity = (*activity)[0].forgotten;
  const std::int64_t forgotten_requests = (*requests)[0].forgotten;
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object().member("activity", forgotten_activity).member("requests", forgotten_requests).end_object();
    print_json(writer);
    return {};
  }
  print_line(fmt::format("Forgotten: {} lines of activity, {} keys of repeatable requests.", forgotten_activity,
                         forgotten_requests));
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
