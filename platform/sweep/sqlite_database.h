/// A thin, throwing face of SQLite: a database, prepared statements.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace kasane {

/// what() is one line: file, and SQLite's reason.
class DatabaseError : public std::runtime_error {
  using runtime_error::runtime_error;
};

class Database;

/// One prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  Statement& bind(int index, const std::string& text);
  Statement& bind(int index, double number);
  Statement& bind(int index, const std::optional<std::string>& text);
  /// To the next row; false after the last one. Throws DatabaseError.
  bool step();
  /// Runs a statement without rows, and makes it ready for the next parameters.
  void run();

  int columns() const;
  std::string column_name(int column) const;
  bool is_null(int column) const;
  bool is_number(int column) const;
  double number(int column) const;
  std::string text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Opens or creates it. A second program that writes to it waits for up to ten seconds.
  explicit Database(const std::filesystem::path& file);

  /// Runs statements without parameters and rows.
  void execute(const std::string& sql);
  [[noreturn]] void fail() const;
  sqlite3* handle() { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// All changes while it lives are made at commit(), or not at all.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace kasane
