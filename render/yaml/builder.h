#pragma once

#include "render/document/tree.h"
#include "render/yaml/reader.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::yaml {

// Turns the events of a YAML parser, in their order, into documents and problems. Knows no parser.
//
//   stream   := document*          document := begin_document node end_document
//   node     := scalar | alias | begin_map (node node)* end | begin_list node* end
class Builder {
 public:
  Builder(std::string_view file, const Limits& limits, ReadResult& result);

  void begin_document();
  void end_document();
  // `anchor` and `tag` are empty if there are none; `plain` is false for quoted and block scalars.
  void scalar(Position at, std::string_view anchor, std::string_view tag, std::string_view text,
              bool plain);
  void begin_map(Position at, std::string_view anchor) { begin(at, anchor, Json::objectValue); }
  void begin_list(Position at, std::string_view anchor) { begin(at, anchor, Json::arrayValue); }
  void end();
  void alias(Position at, std::string_view name);

  // True when a limit of the whole file has been reached and reading on is useless.
  bool stopped() const { return stopped_; }

 private:
  // What a subtree costs when it is copied.
  struct Size {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    int height = 0;  // levels of collections
  };
  // A map or list that is open. Frames are kept for the next collection, for their memory.
  struct Frame {
    Json::Value* node = nullptr;
    Json::Value* slot = nullptr;  // a map's value that comes next; nullptr if a key comes next
    Position key;                 // of that value
    std::string anchor;
    Size before;  // what the document had cost when this began
    int height = 1;
    std::vector<const Json::Value*> merges;                     // values of "<<"
    std::vector<std::pair<const Json::Value*, Position>> keys;  // where each key stands
  };
  struct Anchor {
    const Json::Value* node = nullptr;  // nullptr while it is open
    Size size;
  };

  void begin(Position at, std::string_view anchor, Json::ValueType type);
  bool expects_key() const;
  bool is_merge_value() const;
  Json::Value* next_slot();
  void filled(Json::Value& slot, Position at);
  void take_key(Position at, std::string_view text);
  void take_scalar_key(Position at, std::string_view tag, std::string_view text, bool plain);
  void alias_key(Position at, const Anchor& anchor);
  void complex_key(Position at);
  void merge_into(Frame& frame);
  void merge_map(Frame& frame, const Json::Value& source);
  Result<Json::Value> value_of(std::string_view tag, std::string_view text, bool plain) const;
  bool charge(const Size& size, Position at);
  bool charge_copy(const Size& size, Position at);
  void set_anchor(std::string_view name, const Json::Value* node, const Size& size);
  static Size measure(const Json::Value& value);
  void problem(std::string code, Position at, std::string message);
  void give_up(std::string code, Position at, std::string message);
  Frame& top() { return frames_[depth_ - 1]; }

  std::string file_;
  Limits limits_;
  ReadResult& result_;
  bool stopped_ = false;
  std::size_t documents_ = 0;
  Size copied_;  // by all aliases of the file

  // Of the document at hand.
  Json::Value root_;
  std::deque<Json::Value>
      scratch_;  // values that are no part of the tree, but may be anchors or merges
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;
  int levels_ = 0;  // as the parser sees them, counted while skipping too
  std::map<std::string, Anchor, std::less<>> anchors_;
  Size size_;
  bool failed_ = false;    // it will not be in the result
  bool skipping_ = false;  // it is not even built any more
};

}  // namespace flotilla::yaml
