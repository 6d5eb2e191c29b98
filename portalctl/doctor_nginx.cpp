#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "portalctl/doctor_redis.hpp"
#include "portalctl/doctor_report.hpp"
#include "portalctl/nginx_configuration.hpp"
#include "portalctl/text.hpp"

namespace portal::portalctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemplates = "/usr/share/portico/conf";
constexpr const char* kModuleLink = "/usr/share/nginx/modules-available/mod-http-portal.conf";
constexpr const char* kReload = "nginx -t && systemctl reload nginx";
constexpr double kWholeSeconds = 1;  // the kernel tells the time of its start in whole seconds

// Debian's nginx.conf includes folders, and the package has files to be copied there.
class Place {
 public:
  explicit Place(fs::path configuration) : configuration_(std::move(configuration)) {
    std::error_code ignored;
    has_templates_ =
        configuration_ == "/etc/nginx/nginx.conf" && fs::exists(fs::path(kTemplates) / "main.conf", ignored);
  }
  void lacks(Report& report, const std::string& what, const std::string& line, const std::string& command) const {
    const std::string says = fmt::format("{} and what it includes say nothing of {}.", configuration_.string(), what);
    if (has_templates_)
      report.ill_until("nginx", says, command);
    else
      report.ill("nginx", says, "Add: " + line);
  }

 private:
  fs::path configuration_;
  bool has_templates_ = false;
};

bool examine_directives(Report& report, const NginxConfiguration& configuration, const Place& place) {
  bool complete = true;
  const auto wants = [&](bool is_there, const char* what, const char* line, const std::string& command) {
    if (is_there) return;
    complete = false;
    place.lacks(report, what, line, command);
  };
  bool has_module = false;
  for (const NginxDirective& directive : configuration.directives)
    has_module = has_module || (directive.words.front() == "load_module" && directive.words.size() > 1 &&
                                directive.words[1].contains("ngx_http_portal_module"));
  wants(has_module, "ngx_http_portal_module.so", "load_module modules/ngx_http_portal_module.so;",
        fmt::format("ln -s {} /etc/nginx/modules-enabled/50-mod-http-portal.conf", kModuleLink));
  wants(configuration.find("thread_pool", "portal") != nullptr, "thread_pool portal", "thread_pool portal threads=1;",
        fmt::format("cp {}/main.conf /etc/nginx/modules-enabled/60-portal.conf", kTemplates));
  const bool has_none =
      configuration.find("portal_postgres") == nullptr && configuration.find("portal_keys_file") == nullptr;
  if (has_none) {
    wants(false, "portal_postgres, portal_keys_file and portal_files",
          "portal_postgres \"host=... dbname=portal user=portal_edge\" password_file=...; portal_keys_file "
          "/etc/portico/keys; portal_files /var/lib/portico/files;",
          fmt::format("cp {}/http.conf /etc/nginx/conf.d/portal.conf", kTemplates));
  } else {
    for (const auto& [name, line] :
         {std::pair{"portal_postgres",
                    "portal_postgres \"host=... dbname=portal user=portal_edge\" password_file=...;"},
          {"portal_keys_file", "portal_keys_file /etc/portico/keys;"},
          {"portal_files", "portal_files /var/lib/portico/files;"}}) {
      if (configuration.find(name) != nullptr) continue;
      complete = false;
      report.ill("nginx", fmt::format("The configuration does not say {}.", name), fmt::format("Add: {}", line));
    }
  }
  wants(configuration.find("portal", "on") != nullptr, "a server with a portal", "include portal.conf; in a server{}",
        fmt::format("sed 's/portal.example.com/HOST/' {}/site.conf >/etc/nginx/sites-available/portal && ln -sf "
                    "../sites-available/portal /etc/nginx/sites-enabled/portal",
                    kTemplates));
  return complete;
}

// nginx and portalctl have to mean the same keys and the same folder.
void examine_agreement(Report& report, const NginxConfiguration& configuration, const char* name,
                       const std::string& ours) {
  const NginxDirective* directive = configuration.find(name);
  if (directive == nullptr || directive->words.size() < 2 || ours.empty()) return;
  std::error_code ignored;
  const std::string& theirs = directive->words[1];
  if (theirs == ours || fs::equivalent(theirs, ours, ignored)) return;
  report.ill("nginx", fmt::format("{} is {} for nginx and {} for portalctl.", name, theirs, ours),
             fmt::format("Let {} and {} name the same.", directive->file.string(), kSettingsFile));
}

void examine_certificates(Report& report, const NginxConfiguration& configuration) {
  const NginxDirective* key = configuration.find("ssl_certificate_key", "/");
  for (const NginxDirective& directive : configuration.directives) {
    if (directive.words.front() != "ssl_certificate" || directive.words.size() < 2 ||
        !directive.words[1].starts_with('/'))
      continue;
    std::error_code ignored;
    if (fs::exists(directive.words[1], ignored) || key == nullptr) continue;
    return report.ill_until(
        "nginx", fmt::format("There is no certificate in {}. The command makes one for trying.", directive.words[1]),
        fmt::format("install -d -m 700 {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                    "-days 30 -subj /CN=HOST -addext subjectAltName=DNS:HOST -keyout {} -out {}",
                    fs::path(directive.words[1]).parent_path().string(), key->words[1], directive.words[1]));
  }
}

// The way of nginx' workers into the database, tried with what nginx has.
void examine_edge(Report& report, const NginxConfiguration& configuration, const std::string& sql_folder) {
  const NginxDirective* postgres = configuration.find("portal_postgres");
  if (postgres == nullptr || postgres->words.size() < 2) return;
  Settings settings;
  settings.database = postgres->words[1];
  for (const std::string& word : postgres->words) {
    if (word.starts_with("password_file=")) settings.password_file = word.substr(word.find('=') + 1);
    if (word == "trusted_network") settings.trusted_network = true;
  }
  std::error_code ignored;
  const std::string set_password = fmt::format(
      "echo \"alter role portal_edge password '$(cat {})'\" | runuser -u postgres -- psql -q", settings.password_file);
  if (!settings.password_file.empty() && !fs::exists(settings.password_file, ignored)) {
    return ill_at_database(
        report, settings.database, "portal_edge", fmt::format("There is no password in {}.", settings.password_file),
        fmt::format("(umask 077 && openssl rand -base64 24 >{}) && {}", settings.password_file, set_password),
        fmt::format("alter role portal_edge password '...'; and here, write that into {}, readable for root alone.",
                    settings.password_file));
  }
  const Outcome<Database> database = Database::connect(settings);
  if (database) return report.well("portal_edge", "nginx can log in to the database.");
  if (database.error().sentence.contains("password authentication failed") && !settings.password_file.empty())
    return ill_at_database(
        report, settings.database, "portal_edge", database.error().sentence, set_password,
        fmt::format("alter role portal_edge password '...', with what {} holds here.", settings.password_file));
  advise_on_connection(report, settings.database, "portal_edge", database.error().sentence, sql_folder);
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Seconds since 1970 at which a process began; nothing when it is gone.
std::optional<double> start_of(const std::string& process) {
  const std::string stat = content_of(fs::path("/proc") / process / "stat");
  const std::string kernel = content_of("/proc/stat");
  const auto name_end = stat.rfind(')');
  const auto boot = kernel.find("btime ");
  if (name_end == std::string::npos || boot == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  // The 22nd field of proc(5), of which two stand before.
  for (int index = 3; index <= 22; ++index) fields >> field;
  return std::stod(kernel.substr(boot + 6)) + std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double changed_at(const fs::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<double>(status.st_mtime) : 0;
}

// Whether the nginx that runs is the one that the files describe.
void examine_running(Report& report, const NginxConfiguration& configuration) {
  const NginxDirective* pid = configuration.find("pid", "/");
  const std::string master = trimmed(content_of(pid == nullptr ? "/run/nginx.pid" : pid->words[1]));
  std::error_code ignored;
  if (master.empty() || !fs::exists(fs::path("/proc") / master, ignored))
    return report.ill_until("nginx", "It does not run.", "nginx -t && systemctl start nginx");
  const std::string maps = content_of(fs::path("/proc") / master / "maps");
  for (const NginxDirective& directive : configuration.directives) {
    if (directive.words.front() != "load_module" || directive.words.size() < 2) continue;
    const std::string name = fs::path(directive.words[1]).filename();
    // Only root may look into the maps of nginx.
    if (name.contains("portal") && !maps.empty() && !maps.contains(name))
      return report.ill_until("nginx", fmt::format("It runs without {}.", name), kReload);
  }
  std::string workers = content_of(fs::path("/proc") / master / "task" / master / "children");
  std::istringstream each(workers);
  std::optional<double> youngest;
  for (std::string worker; each >> worker;) youngest = std::max(youngest, start_of(worker));
  for (const fs::path& file : configuration.files) {
    if (youngest && changed_at(file) > *youngest + kWholeSeconds)
      return report.ill_until("nginx", fmt::format("{} has changed since nginx read it.", file.string()), kReload);
  }
  report.well("nginx", "It runs with module, thread pool, database, keys and files.");
}

}  // namespace

void examine_nginx(Report& report, const Settings& settings, const DoctorOptions& options) {
  const std::string& path = options.nginx_configuration;
  const Outcome<NginxConfiguration> configuration = read_nginx_configuration(path);
  if (!configuration)
    return report.ill("nginx", configuration.error().sentence,
                      "Name the main configuration, such as nginx.conf, with --nginx-conf.");
  const bool is_complete = examine_directives(report, *configuration, Place(path));
  examine_agreement(report, *configuration, "portal_keys_file", settings.keys_file);
  examine_agreement(report, *configuration, "portal_files", settings.files);
  examine_certificates(report, *configuration);
  examine_edge(report, *configuration, options.sql_folder);
  if (const NginxDirective* redis = configuration->find("portal_redis"); redis != nullptr)
    report.add(examine_redis(std::span(redis->words).subspan(1)));
  if (is_complete) examine_running(report, *configuration);
}

}  // namespace portal::portalctl
