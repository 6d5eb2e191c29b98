#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl_sql/outbox.hpp"

namespace portal::portalctl {
namespace {

struct Options {
  std::optional<std::string> account;
  std::optional<std::string> state;
  std::int32_t maximum = 100;
  std::optional<std::int64_t> message;
  bool all_failed = false;
};

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  std::optional<std::int64_t> account_id;
  if (options.account) {
    const Outcome<AccountRecord> account = find_account(*database, *options.account);
    if (!account) return failed(account.error());
    account_id = account->account_id;
  }
  const auto state = options.state.transform([](const std::string& text) { return std::string_view(text); });
  auto answer = database->fetch<sql::ListOutboxRow>(sql::list_outbox(account_id, state, options.maximum));
  if (!answer) return failed(answer.error());
  Table table({"account", "message_id", "state", "kind", "channel", "recipient", "attempts", "created_at",
               "next_attempt_at", "sent_at", "failed_at", "last_error"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListOutboxRow row = (*answer)[index];
    table.add({text_cell(row.account), row.outbox_message_id, text_cell(row.state), text_cell(row.kind),
               text_cell(row.channel), text_cell(row.recipient), std::int64_t{row.attempts}, time_cell(row.created_at),
               time_cell(row.next_attempt_at), time_cell(row.sent_at), time_cell(row.failed_at),
               text_cell(row.last_error)});
  }
  table.print(invocation.format);
  return {};
}

Outcome<void> count(const Invocation& invocation) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  auto answer = database->fetch<sql::CountOutboxRow>(sql::count_outbox());
  if (!answer) return failed(answer.error());
  Table table({"account", "queued", "oldest_queued_at", "failed", "sent_in_a_day"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::CountOutboxRow row = (*answer)[index];
    table.add({text_cell(row.account), row.queued, time_cell(row.oldest_queued_at), row.failed, row.sent_in_a_day});
  }
  table.print(invocation.format);
  return {};
}

// Why the one message that was named cannot be tried again.
Outcome<void> explain(Database& database, std::int64_t account_id, std::int64_t message) {
  auto found = database.fetch<sql::FindMessageRow>(sql::find_message(account_id, message));
  if (!found) return failed(found.error());
  if (found->empty()) return failed(fmt::format("The account has no message {}.", message));
  const sql::FindMessageRow row = (*found)[0];
  if (row.state == "sent") return failed("It was sent already.");
  if (row.is_claimed) return failed("It is being sent at this moment.");
  return failed("What it said is no longer kept. Make a new one, such as with portalctl member invite.");
}

Outcome<void> retry(const Invocation& invocation, const Options& options) {
  if (options.message.has_value() == options.all_failed) return misused("Say which: --message ID or --all-failed.");
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, *options.account);
  if (!account) return failed(account.error());
  auto answer = database->fetch<sql::RetryMessagesRow>(sql::retry_messages(account->account_id, options.message));
  if (!answer) return failed(answer.error());
  if (answer->empty() && options.message) return explain(*database, account->account_id, *options.message);
  if (Outcome<void> done = database->execute(sql::wake_courier()); !done) return done;
  print_line(
      fmt::format("{} {} again in the queue.", answer->size(), answer->size() == 1 ? "message is" : "messages are"));
  return {};
}

}  // namespace

void add_outbox_command(CLI::App& app, Invocation& invocation) {
  CLI::App* outbox = add_group(app, "outbox", "Messages that wait, were sent or failed");
  const auto options = std::make_shared<Options>();

  CLI::App* list_command = outbox->add_subcommand("list", "List messages, newest first");
  list_command->add_option("--account", options->account, "only those of this account");
  list_command->add_option("--state", options->state, "only queued, sent or failed")
      ->check(CLI::IsMember({"queued", "sent", "failed"}));
  list_command->add_option("--limit", options->maximum, "at most so many (default 100)")->check(CLI::Range(1, 100'000));
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });

  CLI::App* count_command = outbox->add_subcommand("count", "How much waits and how much failed, by account");
  add_database_options(*count_command, invocation);
  add_json_option(*count_command, invocation);
  count_command->callback([&invocation] { invocation.action = [&invocation] { return count(invocation); }; });

  CLI::App* retry_command = outbox->add_subcommand("retry", "Send what failed, or what waits, again and at once");
  retry_command->add_option("--account", options->account, "the account's slug")->required();
  retry_command->add_option("--message", options->message, "the message's id");
  retry_command->add_flag("--all-failed", options->all_failed, "everything of the account that failed");
  add_database_options(*retry_command, invocation);
  retry_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return retry(invocation, *options); }; });
}

}  // namespace portal::portalctl
