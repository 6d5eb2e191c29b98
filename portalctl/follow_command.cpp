#include <array>
#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/follower.hpp"
#include "portalctl/signals.hpp"
#include "portalctl/sql_folder.hpp"
#include "portalctl/text_file.hpp"
#include "portalctl_sql/follow.hpp"
#include "send/transfer.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kShownFailures = 100;

struct Options {
  // Of the other application: what is set for the portal's own database, in files or the environment, is not meant.
  Settings settings;
  std::string sql_folder;
  std::string url;
  std::string key_file;
  std::string ca_file;
  std::string kind;
  bool once = false;
  bool clients_may_go = false;
};

Outcome<void> install(const Options& options) {
  const Outcome<std::filesystem::path> folder = find_sql_folder(options.sql_folder);
  if (!folder) return failed(folder.error());
  const Outcome<std::string> kit = read_text_file(*folder / "kit" / "follow.sql");
  if (!kit) return failed(kit.error());
  Outcome<Database> database = Database::connect(options.settings, "");
  if (!database) return failed(database.error());
  if (Outcome<void> done = database->run_script(*kit, "the kit"); !done) return done;
  print_line("The kit is in the schema portal_follow. Next: select portal_follow.watch(...) for each table.");
  return {};
}

Outcome<void> follow(const Invocation& invocation, const Options& options) {
  Outcome<PortalToFeed> portal = open_portal(options.url, options.key_file, options.ca_file);
  if (!portal) return failed(portal.error());
  const io::Descriptor signals = take_signals();
  if (!signals) return failed("Signals cannot be waited for.");
  outside::prepare_network();
  Follower follower(FollowQueue(options.settings, options.clients_may_go), std::move(*portal), signals.number(),
                    [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (!options.once) {
    fmt::print(stderr, "following has begun\n");
    if (Outcome<void> ended = follower.run(Follower::Until::kStopped); !ended) return ended;
    fmt::print(stderr, "following has ended\n");
    return {};
  }
  Outcome<void> ended = follower.run(Follower::Until::kNothingWaits);
  const FeedTotals& totals = follower.totals();
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    totals.write(writer.begin_object());
    print_json(writer.end_object());
  } else {
    print_line(totals.to_text() + ".");
  }
  return ended;
}

Outcome<void> queue_all(const Options& options) {
  Outcome<Database> database = connect_to_application(options.settings);
  if (!database) return failed(database.error());
  std::vector<std::string> kinds{options.kind};
  if (options.kind.empty()) {
    kinds.clear();
    const auto followed = database->fetch<sql::ListFollowedRow>(sql::list_followed());
    if (!followed) return failed(followed.error());
    for (int index = 0; index < followed->size(); ++index) kinds.emplace_back((*followed)[index].kind);
    if (kinds.empty()) return failed("Nothing is followed yet: select portal_follow.watch(...) for each table.");
  }
  // All of them or none: otherwise jobs could be fed before the clients that they name are even queued.
  Outcome<Transaction> transaction = Transaction::begin(*database);
  if (!transaction) return failed(transaction.error());
  for (const std::string& kind : kinds) {
    const auto queued = database->fetch<sql::QueueEverythingOfRow>(sql::queue_everything_of(kind));
    if (!queued) return failed(queued.error());
    print_line(fmt::format("{}: {} queued.", kind, (*queued)[0].queued));
  }
  return transaction->commit();
}

Outcome<void> show_status(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = connect_to_application(options.settings);
  if (!database) return failed(database.error());
  const auto followed = database->fetch<sql::ListFollowedRow>(sql::list_followed());
  if (!followed) return failed(followed.error());
  const auto refused = database->fetch<sql::ListFollowFailuresRow>(sql::list_follow_failures(kShownFailures));
  if (!refused) return failed(refused.error());
  const auto blind = database->fetch<sql::ListBlindWatchesRow>(sql::list_blind_watches());
  if (!blind) return failed(blind.error());
  Table kinds({"kind", "view", "queued", "oldest_queued_at", "fed", "failed"});
  for (int index = 0; index < followed->size(); ++index) {
    const sql::ListFollowedRow row = (*followed)[index];
    kinds.add(
        {text_cell(row.kind), text_cell(row.view), row.queued, time_cell(row.oldest_queued_at), row.fed, row.failed});
  }
  Table failures({"kind", "external_id", "code", "pointer", "since", "tries"});
  for (int index = 0; index < refused->size(); ++index) {
    const sql::ListFollowFailuresRow row = (*refused)[index];
    failures.add({text_cell(row.kind), text_cell(row.external_id), text_cell(row.code), text_cell(row.pointer),
                  time_cell(row.since), std::int64_t{row.tries}});
  }
  Table unwatched({"kind", "unwatched_table"});
  for (int index = 0; index < blind->size(); ++index)
    unwatched.add({text_cell((*blind)[index].kind), text_cell((*blind)[index].source_table)});
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object().key("kinds");
    kinds.write(writer);
    writer.key("failures");
    failures.write(writer);
    writer.key("unwatched");
    unwatched.write(writer);
    print_json(writer.end_object());
    return {};
  }
  kinds.print_text();
  const auto print_if_any = [](const Table& table, int rows) {
    if (rows == 0) return;
    print_line("");
    table.print_text();
  };
  print_if_any(failures, refused->size());
  print_if_any(unwatched, blind->size());
  return {};
}

void add_application_options(CLI::App& command, Invocation& invocation, Options& options) {
  command
      .add_option("--database", options.settings.database,
                  "the other application's, as a libpq connection string without a password; the role is that of the "
                  "string, else the system's user")
      ->required();
  command.add_option("--password-file", options.settings.password_file, "file that holds the password of that role");
  command.add_flag("--verbose", invocation.settings.verbose, "with an error, say what PostgreSQL said");
}

}  // namespace

void add_follow_command(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "follow", "Keep a portal in step with the tables of another application");
  const auto options = std::make_shared<Options>();

  CLI::App* install_command = group->add_subcommand("install", "Put the kit into that application's database");
  add_application_options(*install_command, invocation, *options);
  install_command->add_option("--sql-dir", options->sql_folder, "folder of the SQL files, if not the installed one");
  install_command->callback([&invocation, options] { invocation.action = [options] { return install(*options); }; });

  CLI::App* run_command = group->add_subcommand("run", "Feed what changes to the portal, until SIGTERM");
  add_application_options(*run_command, invocation, *options);
  run_command->add_option("--url,--portal", options->url, "the portal's address, such as https://portal.example.com")
      ->required();
  run_command->add_option("--key-file", options->key_file, "a file with the API key, readable by its owner alone")
      ->required();
  run_command->add_option("--ca-file", options->ca_file, "who is believed about certificates (default: the system's)");
  run_command->add_flag("--once", options->once, "end when nothing waits any more; fails when lines are refused");
  run_command->add_flag("--clients-may-go", options->clients_may_go,
                        "take back clients also where most of them have left their view at once");
  add_json_option(*run_command, invocation);
  run_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return follow(invocation, *options); }; });

  CLI::App* all_command = group->add_subcommand("all", "Queue everything: for the first time, or to compare");
  add_application_options(*all_command, invocation, *options);
  all_command->add_option("--kind", options->kind, "only what is of this kind, such as jobs");
  all_command->callback([&invocation, options] { invocation.action = [options] { return queue_all(*options); }; });

  CLI::App* status_command = group->add_subcommand("status", "What waits, since when, and what the portal refused");
  add_application_options(*status_command, invocation, *options);
  add_json_option(*status_command, invocation);
  status_command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_status(invocation, *options); };
  });
}

}  // namespace portal::portalctl
