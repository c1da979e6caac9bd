#include "tests/support/git_servers/git_servers.h"

#include "render/base/text.h"

#include <spawn.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

namespace flotilla::testing {
namespace {

namespace fs = std::filesystem;

std::string search_path() {
  const char* path = std::getenv("PATH");
  return std::string(path == nullptr ? "" : path) + ":/usr/local/sbin:/usr/sbin:/sbin";
}

std::string program(const std::string& name) {
  for (const std::string& folder : split(search_path(), ':'))
    if (!folder.empty() && access((folder + "/" + name).c_str(), X_OK) == 0)
      return folder + "/" + name;
  return {};
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A listening socket and its port.
std::pair<int, int> listener() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen on the loopback");
  return {fd, ntohs(address.sin_port)};
}

bool answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

void wait_for(const std::string& what, const fs::path& log, const std::function<bool()>& ready) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!ready()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error(what + " did not start: " + read_file(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

std::vector<std::string> missing_programs(const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const std::string& name : names)
    if (program(name).empty()) missing.push_back(name);
  return missing;
}

int free_port() {
  const auto [fd, port] = listener();
  close(fd);
  return port;
}

Process::Process(const std::vector<std::string>& arguments, const fs::path& log) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const std::string path = program(arguments[0]);
  if (arguments[0] == "sshd")
    pointers[0] = const_cast<char*>(path.c_str());  // it insists on its full path
  const int status =
      posix_spawn(&pid_, path.c_str(), &files, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (status != 0) throw std::runtime_error("cannot start " + arguments[0]);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const { kill(-pid_, number); }

bool Process::is_running() { return waitpid(pid_, nullptr, WNOHANG) == 0; }

SshServer::SshServer(const fs::path& folder) : folder_(folder), port_(free_port()) {
  fs::create_directories(folder_);
  if (geteuid() == 0) fs::create_directories("/run/sshd");
  for (const char* name : {"host", "other_host", "ed25519", "stranger"})
    shell(folder_, std::string("ssh-keygen -q -t ed25519 -N '' -f ") + name);
  shell(folder_,
        "ssh-keygen -q -t rsa -b 2048 -N '' -f rsa && ssh-keygen -q -t ecdsa -N '' -f ecdsa && "
        "ssh-keygen -q -t ed25519 -N 'pass phrase' -f encrypted && "
        "cat ed25519.pub ecdsa.pub rsa.pub encrypted.pub > authorized_keys");
  const std::string name = "[127.0.0.1]:" + std::to_string(port_) + " ";
  write_file(known_hosts(), name + read_file(folder_ / "host.pub"));
  write_file(other_known_hosts(), name + read_file(folder_ / "other_host.pub"));
  write_file(no_known_hosts(), "");
  write_file(folder_ / "sshd_config", "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) +
                                          "\nHostKey " + (folder_ / "host").string() +
                                          "\nAuthorizedKeysFile " +
                                          (folder_ / "authorized_keys").string() +
                                          "\nStrictModes no\nUsePAM no\nPasswordAuthentication "
                                          "no\nKbdInteractiveAuthentication no\n"
                                          "PermitRootLogin prohibit-password\nPidFile none\n");
  process_.emplace(
      std::vector<std::string>{"sshd", "-D", "-e", "-f", (folder_ / "sshd_config").string()},
      folder_ / "log");
  wait_for("sshd", folder_ / "log", [&] { return answers(port_); });
}

std::string SshServer::url(const fs::path& repository) const {
  const std::string user = shell(folder_, "id -un");
  return "ssh://" + user + "@127.0.0.1:" + std::to_string(port_) + repository.string();
}

HttpsServer::HttpsServer(const fs::path& folder, const fs::path& repositories)
    : folder_(folder), port_(free_port()), expired_port_(free_port()), strict_port_(free_port()) {
  fs::create_directories(folder_);
  make_certificates();
  write_configuration(repositories);
  set_password(password());
  start();
}

void HttpsServer::stop() {
  if (!nginx_) return;
  nginx_.reset();
  cgi_->signal(SIGTERM);
  wait_for("the end of fcgiwrap", folder_ / "cgi.log", [&] { return !cgi_->is_running(); });
  cgi_.reset();
}

void HttpsServer::start() {
  if (nginx_) return;
  fs::remove(folder_ / "cgi");
  cgi_.emplace(std::vector<std::string>{"fcgiwrap", "-s", "unix:" + (folder_ / "cgi").string()},
               folder_ / "cgi.log");
  wait_for("fcgiwrap", folder_ / "cgi.log", [&] { return fs::exists(folder_ / "cgi"); });
  nginx_.emplace(std::vector<std::string>{"nginx", "-p", folder_.string(), "-c",
                                          (folder_ / "nginx.conf").string(), "-e",
                                          (folder_ / "nginx.log").string()},
                 folder_ / "nginx.log");
  wait_for("nginx", folder_ / "nginx.log",
           [&] { return answers(port_) && answers(expired_port_) && answers(strict_port_); });
}

void HttpsServer::set_password(const std::string& password) const {
  shell(folder_, "printf 'git:%s\\n' \"$(openssl passwd -apr1 '" + password + "')\" > htpasswd");
}

void HttpsServer::renew_certificate() {
  const auto served = [&] {
    return shell(folder_, "openssl s_client -connect 127.0.0.1:" + std::to_string(expired_port_) +
                              " </dev/null 2>/dev/null | openssl x509 -noout -enddate");
  };
  const std::string before = served();
  fs::copy_file(folder_ / "server.pem", folder_ / "expired.pem",
                fs::copy_options::overwrite_existing);
  nginx_->signal(SIGHUP);
  wait_for("the new certificate", folder_ / "nginx.log", [&] { return served() != before; });
}

void HttpsServer::make_certificates() const {
  for (const char* name : {"ca", "other"})
    shell(folder_, std::string("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
                               "-nodes -days 30 -subj /CN=") +
                       name + " -keyout " + name + ".key -out " + name + ".pem");
  write_file(folder_ / "names", "subjectAltName=IP:127.0.0.1\n");
  shell(folder_,
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 "
        "-keyout server.key -out server.csr");
  const auto sign = [&](const std::string& name, const std::string& days) {
    shell(folder_,
          "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile "
          "names -days " +
              days + " -out " + name);
  };
  sign("server.pem", "30");
  sign("expired.pem", "-1");
  shell(folder_,
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=flotilla "
        "-keyout client.key -out "
        "client.csr && openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key "
        "-CAcreateserial -days 30 -out client.pem && openssl x509 -req -in client.csr -CA "
        "ca.pem -CAkey ca.key -CAcreateserial -days -1 -out client_expired.pem && "
        "openssl x509 -req -in client.csr -CA other.pem -CAkey other.key -CAcreateserial "
        "-days 30 -out client_other.pem && cat client.pem client.key > client_both.pem && "
        "openssl pkey -in client.key -aes256 -passout pass:x -out client_encrypted.key");
}

void HttpsServer::write_configuration(const fs::path& repositories) const {
  const std::string folder = folder_.string();
  const std::string user = geteuid() == 0 ? "user root;\n" : "";
  const auto server = [&](int port, const std::string& certificate, const std::string& more) {
    return "server {\n listen 127.0.0.1:" + std::to_string(port) + " ssl;\n ssl_certificate " +
           folder + "/" + certificate + ";\n ssl_certificate_key " + folder +
           "/server.key;\n client_max_body_size 0;\n" + more +
           " location ~ ^/status/(403)/ { return 403; }\n location ~ ^/status/(503)/ { return 503; "
           "}\n"
           " location ~ ^/status/(404)/ { return 404; }\n location ~ ^/status/(429)/ { return 429; "
           "}\n"
           " location ~ ^/moved/(.*)$ { return 301 /git/$1$is_args$args; }\n"
           " location ~ ^/git(/.*)$ {\n  auth_basic git;\n  auth_basic_user_file " +
           folder + "/htpasswd;\n  fastcgi_pass unix:" + folder +
           "/cgi;\n  fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;\n"
           "  fastcgi_param GIT_HTTP_EXPORT_ALL 1;\n  fastcgi_param GIT_PROJECT_ROOT " +
           repositories.string() +
           ";\n  fastcgi_param PATH_INFO $1;\n  fastcgi_param REMOTE_USER $remote_user;\n"
           "  fastcgi_param QUERY_STRING $query_string;\n  fastcgi_param REQUEST_METHOD "
           "$request_method;\n"
           "  fastcgi_param CONTENT_TYPE $content_type;\n  fastcgi_param CONTENT_LENGTH "
           "$content_length;\n"
           "  fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;\n"
           "  fastcgi_param GIT_PROTOCOL $http_git_protocol;\n }\n}\n";
  };
  const std::string temporary = "client_body_temp_path " + folder + "/t1;\nproxy_temp_path " +
                                folder + "/t2;\nfastcgi_temp_path " + folder +
                                "/t3;\nuwsgi_temp_path " + folder + "/t4;\nscgi_temp_path " +
                                folder + "/t5;\n";
  write_file(
      folder_ / "nginx.conf",
      user + "daemon off;\nworker_processes 1;\npid " + folder +
          "/pid;\nevents {}\nhttp {\naccess_log " + folder + "/access.log;\n" + temporary +
          server(port_, "server.pem", "") + server(expired_port_, "expired.pem", "") +
          server(strict_port_, "server.pem",
                 " ssl_client_certificate " + folder + "/ca.pem;\n ssl_verify_client on;\n") +
          "}\n");
}

std::string HttpsServer::url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(port_) + path;
}
std::string HttpsServer::expired_url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(expired_port_) + path;
}
std::string HttpsServer::strict_url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(strict_port_) + path;
}
std::string HttpsServer::url_with(const std::string& user_info, const std::string& path) const {
  return "https://" + user_info + "@127.0.0.1:" + std::to_string(port_) + path;
}
std::string HttpsServer::log() const { return read_file(folder_ / "access.log"); }

RudeServer::RudeServer(Behaviour behaviour) {
  const auto [fd, port] = listener();
  port_ = port;
  pid_ = fork();
  if (pid_ != 0) {
    close(fd);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (true) {
    const int client = accept(fd, nullptr, nullptr);
    if (client >= 0 && behaviour == Behaviour::hangs_up) close(client);
  }
}

RudeServer::~RudeServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace flotilla::testing
