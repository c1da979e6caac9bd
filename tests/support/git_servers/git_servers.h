#pragma once

#include "tests/support/git_servers/sandbox.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Real servers on the loopback, on ports of the system's choice, ended with the object.
namespace flotilla::testing {

// The programs of `names` that are not installed.
std::vector<std::string> missing_programs(const std::vector<std::string>& names);
int free_port();

class Process {
 public:
  Process(const std::vector<std::string>& arguments, const std::filesystem::path& log);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();
  bool is_running();
  // To the process and its children: SIGSTOP makes a server that still accepts (the system does)
  // and answers nothing.
  void signal(int number) const;

 private:
  pid_t pid_ = 0;
};

// sshd with one host key, and client keys: `ed25519`, `ecdsa`, `rsa` and `encrypted` (ed25519) are
// accepted, `stranger` is not.
class SshServer {
 public:
  static std::vector<std::string> needs() { return {"sshd", "ssh", "ssh-keygen"}; }
  explicit SshServer(const std::filesystem::path& folder);
  std::string url(const std::filesystem::path& repository) const;
  std::filesystem::path key(const std::string& name) const { return folder_ / name; }
  std::filesystem::path known_hosts() const { return folder_ / "known_hosts"; }
  std::filesystem::path other_known_hosts() const {
    return folder_ / "other_known_hosts";
  }  // another key for our host
  std::filesystem::path no_known_hosts() const { return folder_ / "no_known_hosts"; }
  const Process& process() const { return *process_; }

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  std::optional<Process> process_;
};

// nginx with git-http-backend: /git/ asks for user `git` and password(), /status/<code>/ answers
// with that code, /moved/ redirects to /git/. The second address serves the same with an expired
// certificate, the third one wants the client certificate client.pem with client.key.
class HttpsServer {
 public:
  static std::vector<std::string> needs() { return {"nginx", "fcgiwrap", "openssl"}; }
  HttpsServer(const std::filesystem::path& folder, const std::filesystem::path& repositories);
  std::string url(const std::string& path) const;
  std::string expired_url(const std::string& path) const;
  std::string url_with(const std::string& user_info, const std::string& path) const;
  std::filesystem::path ca() const { return folder_ / "ca.pem"; }
  std::filesystem::path other_ca() const { return folder_ / "other.pem"; }
  std::string strict_url(const std::string& path) const;
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  // What /git/ asks for from now on.
  void set_password(const std::string& password) const;
  // Puts the certificate of the second address in order.
  void renew_certificate();
  // As a service manager stops it: connections are cut and refused, and what a request began in a
  // repository ends on SIGTERM.
  void stop();
  void start();  // at the same ports
  const Process& process() const { return *nginx_; }
  static std::string password() { return "s3cr3t-t0ken/+"; }
  std::string log() const;

 private:
  void make_certificates() const;
  void write_configuration(const std::filesystem::path& repositories) const;

  std::filesystem::path folder_;
  int port_ = 0;
  int expired_port_ = 0;
  int strict_port_ = 0;
  std::optional<Process> cgi_;
  std::optional<Process> nginx_;
};

// Accepts connections and does with them what `behaviour` says.
class RudeServer {
 public:
  enum class Behaviour { silent, hangs_up };
  explicit RudeServer(Behaviour behaviour);
  RudeServer(const RudeServer&) = delete;
  RudeServer& operator=(const RudeServer&) = delete;
  ~RudeServer();
  int port() const { return port_; }

 private:
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace flotilla::testing
