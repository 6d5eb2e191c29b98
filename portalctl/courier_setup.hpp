// What the courier needs before it can begin: its settings file, with the secrets that it names, keys and layouts.
#pragma once

#include "courier/settings.hpp"
#include "crypto/keyring.hpp"
#include "layouts/layout_set.hpp"
#include "portalctl/settings.hpp"

namespace portal::portalctl {

inline constexpr const char* kCourierSettingsFile = "/etc/portico/courier.conf";

// As they stand on the command line; empty: not given.
struct CourierOptions {
  std::string config;
  std::string mail_directory;
  bool once = false;
};

// A file that was not named need not exist. Passwords are read from files that only their owner can read.
Outcome<outside::CourierSettings> load_courier_settings(const CourierOptions& options);

// The command line wins over courier.conf, which wins over portalctl.conf: `given` is as the command line had it.
Settings settings_for_courier(const Settings& completed, const Settings& given,
                              const outside::CourierSettings& courier);

Outcome<layouts::LayoutSet> load_layouts(const outside::CourierSettings& settings);

}  // namespace portal::portalctl
