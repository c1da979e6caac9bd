#pragma once

#include <json/value.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Small things about text and files that every scenario needs; failures throw std::runtime_error.
namespace flotilla::tests {

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);  // makes its folder
std::vector<std::string> split(std::string_view text, char at);
std::vector<std::string> lines_of(std::string_view text);  // without empty ones
bool contains(std::string_view text, std::string_view part);
Json::Value parse_json_text(const std::string& text);
std::string json_text(const Json::Value& value);  // on one line, keys sorted

// A folder that is removed with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempFolder& operator=(TempFolder&&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace flotilla::tests
