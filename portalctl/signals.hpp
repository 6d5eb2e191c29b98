// For commands that run until they are told to end.
#pragma once

#include "io/descriptor.hpp"

namespace portal::portalctl {

// From here on the signals that end a service arrive as something to read, in every thread that is started later.
io::Descriptor take_signals();

}  // namespace portal::portalctl
