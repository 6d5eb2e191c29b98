#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "portalctl/commands.hpp"
#include "portalctl/doctor.hpp"

namespace portal::portalctl {
namespace {

Outcome<void> run(const Invocation& invocation, const DoctorOptions& options) {
  const std::vector<Finding> findings = examine(invocation.settings, options);
  const auto ill = std::ranges::count(findings, false, &Finding::is_well);
  if (invocation.format == Format::kJson) {
    Table table({"subject", "is_well", "says", "mend", "is_command"});
    for (const Finding& finding : findings)
      table.add({finding.subject, finding.is_well, finding.says, finding.mend.empty() ? Cell() : Cell(finding.mend),
                 finding.is_command});
    table.print(Format::kJson);
  } else {
    for (const Finding& finding : findings) {
      print_line(fmt::format("{}  {}: {}", finding.is_well ? "well" : "ILL ", finding.subject, finding.says));
      if (!finding.is_well)
        print_line(fmt::format("      {}: {}", finding.is_command ? "run" : "to mend it", finding.mend));
    }
  }
  if (ill > 0) return failed(ill == 1 ? "One thing is to be mended." : fmt::format("{} things are to be mended.", ill));
  return {};
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  CLI::App* doctor = app.add_subcommand("doctor", "Say what is wrong with a set-up and how to mend it");
  const auto options = std::make_shared<DoctorOptions>();
  doctor->add_option("--nginx-conf", options->nginx_configuration,
                     "the configuration of nginx instead of /etc/nginx/nginx.conf");
  doctor->add_option("--sql-dir", options->sql_folder, "folder of the SQL files (default: the installed one)");
  add_keys_option(*doctor, invocation);
  add_files_option(*doctor, invocation);
  add_database_options(*doctor, invocation);
  add_json_option(*doctor, invocation);
  doctor->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return run(invocation, *options); }; });
}

}  // namespace portal::portalctl
