#include "portalctl/courier_setup.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "portalctl/text.hpp"
#include "portalctl/text_file.hpp"

namespace portal::portalctl {
namespace {

Outcome<std::shared_ptr<const crypto::SecretString>> read_password(const std::string& file) {
  if (file.empty()) return nullptr;
  const Outcome<std::string> text = read_text_file(file, Readers::kOwnerOnly);
  if (!text) return failed(text.error());
  const std::string password = trimmed(*text);
  if (password.empty()) return failed(fmt::format("{} is empty.", file));
  return std::make_shared<const crypto::SecretString>(password);
}

}  // namespace

Outcome<outside::CourierSettings> load_courier_settings(const CourierOptions& options) {
  const std::string file = options.config.empty() ? kCourierSettingsFile : options.config;
  std::error_code ignored;
  std::string text;
  if (!options.config.empty() || std::filesystem::exists(file, ignored)) {
    Outcome<std::string> content = read_text_file(file);
    if (!content) return failed(content.error());
    text = std::move(*content);
  }
  Result<outside::CourierSettings> settings = outside::parse_courier_settings(text);
  if (!settings) return failed(file, settings.error());
  if (!options.mail_directory.empty()) settings->mail_directory = options.mail_directory;
  if (!settings->mail_directory.empty() && !std::filesystem::is_directory(settings->mail_directory, ignored))
    return failed(fmt::format("There is no directory {}.", settings->mail_directory));
  auto smtp = read_password(settings->smtp_password_file);
  if (!smtp) return failed(smtp.error());
  settings->smtp.password = std::move(*smtp);
  auto sms = read_password(settings->sms_password_file);
  if (!sms) return failed(sms.error());
  settings->sms.password = std::move(*sms);
  return std::move(*settings);
}

Settings settings_for_courier(const Settings& completed, const Settings& given,
                              const outside::CourierSettings& courier) {
  Settings settings = completed;
  if (given.database.empty() && !courier.database.empty()) settings.database = courier.database;
  // The password of portalctl.conf is another role's.
  settings.password_file = given.password_file.empty() ? courier.database_password_file : given.password_file;
  if (given.keys_file.empty() && !courier.keys_file.empty()) settings.keys_file = courier.keys_file;
  return settings;
}

Outcome<layouts::LayoutSet> load_layouts(const outside::CourierSettings& settings) {
  Result<layouts::LayoutSet> layouts = layouts::LayoutSet::load(settings.layouts_directory);
  if (!layouts) return failed("The layouts cannot be used", layouts.error());
  return std::move(*layouts);
}

}  // namespace portal::portalctl
