#pragma once
// Debian's cpp-httplib is a compiled library: its classes have these members only when the same switches are set here.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>
