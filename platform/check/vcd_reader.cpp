#include "platform/check/vcd_reader.h"

#include <charconv>

#include "platform/check/csv_reader.h"

namespace kasane::checks {
namespace {

constexpr std::string_view blanks = " \t";

}  // namespace

void VcdReader::refuse(const std::string& message) const {
  throw Malformed(line_text(lines_.line()) + ": " + message);
}

bool VcdReader::token(std::string& word) {
  std::size_t begin = rest_.find_first_not_of(blanks);
  while (begin == std::string_view::npos) {
    const auto line = lines_.next();
    if (!line) return false;
    rest_ = *line;
    begin = rest_.find_first_not_of(blanks);
  }
  const std::size_t end = std::min(rest_.find_first_of(blanks, begin), rest_.size());
  word.assign(rest_.substr(begin, end - begin));
  rest_.remove_prefix(end);
  return true;
}

std::string VcdReader::needed_token() {
  std::string word;
  if (!token(word)) refuse("the file ends too early");
  return word;
}

std::vector<std::string> VcdReader::section() {
  std::vector<std::string> words;
  for (std::string word = needed_token(); word != "$end"; word = needed_token()) words.push_back(word);
  return words;
}

VcdReader::VcdReader(const std::filesystem::path& path) : lines_(path) {
  while (!declared_) {
    const std::string keyword = needed_token();
    if (!keyword.starts_with('$')) refuse("expected a declaration, found '" + keyword + "'");
    declare(keyword);
  }
}

void VcdReader::declare(const std::string& keyword) {
  const std::vector<std::string> words = section();
  if (keyword == "$timescale") {
    for (const std::string& word : words) timescale_ += word;
  } else if (keyword == "$scope") {
    if (words.size() != 2) refuse("expected $scope TYPE NAME $end");
    scopes_.push_back(words[1]);
  } else if (keyword == "$upscope") {
    if (scopes_.empty()) refuse("$upscope without $scope");
    scopes_.pop_back();
  } else if (keyword == "$var") {
    if (words.size() < 4) refuse("expected $var TYPE SIZE IDENTIFIER NAME $end");
    if (!identifiers_.emplace(words[2], variables_.size()).second) {
      refuse("identifier " + words[2] + " is given twice");
    }
    std::string scope;
    for (const std::string& name : scopes_) scope += (scope.empty() ? "" : ".") + name;
    variables_.push_back({scope, words[0], words[3]});
  } else if (keyword == "$enddefinitions") {
    declared_ = true;
  }
}

std::size_t VcdReader::variable_of(const std::string& identifier) const {
  const auto found = identifiers_.find(identifier);
  if (found == identifiers_.end()) refuse("identifier '" + identifier + "' was not declared");
  return found->second;
}

bool VcdReader::next(VcdChange& change) {
  while (token(word_)) {
    const char letter = word_[0];
    if (letter == '$') {
      if (word_ == "$comment") section();
      continue;  // $dumpvars and its $end: the values between are changes as any.
    }
    if (letter == '#') {
      const char* end = word_.data() + word_.size();
      const auto [rest, error] = std::from_chars(word_.data() + 1, end, change.time);
      if (error != std::errc() || rest != end) refuse("expected a time, found '" + word_ + "'");
      change.kind = VcdChange::Kind::time;
      return true;
    }
    change.value = word_.substr(1);
    switch (letter) {
      case 'r':
      case 'R':
        change.kind = VcdChange::Kind::real;
        break;
      case 'b':
      case 'B':
        change.kind = VcdChange::Kind::vector;
        break;
      case 's':
      case 'S':
        change.kind = VcdChange::Kind::text;
        break;
      case '0':
      case '1':
      case 'x':
      case 'X':
      case 'z':
      case 'Z':
        change.kind = VcdChange::Kind::scalar;
        change.variable = variable_of(change.value);
        change.value = letter;
        return true;
      default:
        refuse("expected a value change, found '" + word_ + "'");
    }
    change.variable = variable_of(needed_token());
    return true;
  }
  return false;
}

}  // namespace kasane::checks
