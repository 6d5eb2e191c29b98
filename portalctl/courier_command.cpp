#include <csignal>
#include <memory>

#include <sys/signalfd.h>

#include <fmt/format.h>

#include "courier/courier.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/courier_outbox.hpp"
#include "portalctl/courier_setup.hpp"
#include "portalctl/descriptor.hpp"
#include "portalctl/invitation.hpp"

namespace portal::portalctl {
namespace {

// From here on the signals that end a service arrive as something to read, in every thread that libcurl starts.
Descriptor take_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A server that closes its end is an error of one transfer.
  ::signal(SIGPIPE, SIG_IGN);
  return Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Outcome<void> run(const Invocation& invocation, const Settings& given, const CourierOptions& options) {
  const Outcome<outside::CourierSettings> courier_settings = load_courier_settings(options);
  if (!courier_settings) return failed(courier_settings.error());
  const Settings settings = settings_for_courier(invocation.settings, given, *courier_settings);
  if (settings.database.empty())
    return misused(
        fmt::format("Which database? Say it with --database, in PORTAL_DATABASE or in {}.", kCourierSettingsFile));
  const Outcome<crypto::Keyring> keys = load_keys(settings);
  if (!keys) return failed(keys.error());
  const Outcome<outside::LayoutSet> layouts = load_layouts(*courier_settings);
  if (!layouts) return failed(layouts.error());
  const Descriptor signals = take_signals();
  if (!signals) return failed("Signals cannot be waited for.");
  outside::prepare_network();
  CourierOutbox outbox(settings, courier_settings->limits);
  outside::Courier courier(*courier_settings, *layouts, *keys, outbox,
                           [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  using Until = outside::Courier::Until;
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
  add_database_options(*command, invocation);
  command->callback([&invocation, options] {
    // Before the files and the environment have filled it in.
    invocation.action = [&invocation, options, given = invocation.settings] {
      return run(invocation, given, *options);
    };
  });
}

}  // namespace portal::portalctl
