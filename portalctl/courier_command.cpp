#include <memory>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "courier/courier.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/courier_logos.hpp"
#include "portalctl/courier_outbox.hpp"
#include "portalctl/courier_phones.hpp"
#include "portalctl/courier_setup.hpp"
#include "portalctl/invitation.hpp"
#include "portalctl/signals.hpp"

namespace portal::portalctl {
namespace {

Outcome<void> run(const Invocation& invocation, const Settings& given, const CourierOptions& options) {
  const Outcome<outside::CourierSettings> courier_settings = load_courier_settings(options);
  if (!courier_settings) return failed(courier_settings.error());
  const Settings settings = settings_for_courier(invocation.settings, given, *courier_settings);
  if (settings.database.empty())
    return misused(
        fmt::format("Which database? Say it with --database, in PORTAL_DATABASE or in {}.", kCourierSettingsFile));
  const Outcome<crypto::Keyring> keys = load_keys(settings);
  if (!keys) return failed(keys.error());
  const Outcome<layouts::LayoutSet> layouts = load_layouts(*courier_settings);
  if (!layouts) return failed(layouts.error());
  const io::Descriptor signals = take_signals();
  if (!signals) return failed("Signals cannot be waited for.");
  outside::prepare_network();
  CourierOutbox outbox(settings, *courier_settings);
  outside::Courier courier(*courier_settings, *layouts, *keys, outbox,
                           [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  using Until = outside::Courier::Until;
  std::optional<CourierLogos> logos;
  if (!settings.files.empty()) {
    // One that only sends may run where the files are not.
    Outcome<FileStore> store = FileStore::open(settings);
    if (!store) fmt::print(stderr, "no logos are made: {}\n", store.error().sentence);
    if (store)
      logos.emplace(settings, std::move(*store), [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  }
  if (logos && options.once) logos->work_off();
  CourierPhones phones(settings, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (options.once) phones.work_off();
  std::jthread reading;
  if (!options.once) reading = std::jthread([&phones](const std::stop_token& stop) { phones.run(stop); });
  std::jthread making;
  if (logos && !options.once) making = std::jthread([&logos](const std::stop_token& stop) { logos->run(stop); });
  if (!options.once) fmt::print(stderr, "the courier has begun\n");
  const Result<void> ended = courier.run(signals.number(), options.once ? Until::kNothingIsDue : Until::kStopped);
  if (!ended) return failed("The courier ended", ended.error());
  if (!options.once) fmt::print(stderr, "the courier has ended\n");
  return {};
}

}  // namespace

void add_courier_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<CourierOptions>();
  CLI::App* command = app.add_subcommand("courier", "Send what waits in the outbox, until SIGTERM");
  command->add_option("--config", options->config, fmt::format("settings file instead of {}", kCourierSettingsFile));
  command->add_option("--mail-directory", options->mail_directory, "write messages into files there and send nothing");
  command->add_flag("--once", options->once, "end when nothing is due any more");
  add_keys_option(*command, invocation);
  add_files_option(*command, invocation);
  add_database_options(*command, invocation);
  command->callback([&invocation, options] {
    // Before the files and the environment have filled it in.
    invocation.action = [&invocation, options, given = invocation.settings] {
      return run(invocation, given, *options);
    };
  });
}

}  // namespace portal::portalctl
