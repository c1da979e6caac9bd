#pragma once

#include <string>
#include <string_view>

namespace flotilla::git {

// The parts of a remote's URL that matter apart from each other.
struct RemoteUrl {
  std::string scheme;    // in lower case, "ssh" for "user@host:path"; empty for a folder
  std::string address;   // what git is given; holds no password. Local folders are absolute
  std::string host;      // without port; empty for a folder
  std::string site;      // http(s): "scheme://host:port/"; else empty
  std::string port;      // https only
  std::string user;      // http(s), socks: as in the URL, percent-decoded
  std::string password;  // http(s), socks: as in the URL, percent-decoded
};

RemoteUrl parse_url(std::string_view url);

}  // namespace flotilla::git
