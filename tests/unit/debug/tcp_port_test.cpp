/// The GDB server and its port, with real connections over the loopback interface.
#include "platform/debug/tcp_port.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/debug/gdb_server.h"
#include "tests/unit/debug/mock_hart.h"

namespace kasane {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;

struct Client {
  explicit Client(std::uint16_t port) : socket(context) {
    socket.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(std::string_view bytes) { asio::write(socket, asio::buffer(bytes)); }
  /// What has come by now.
  std::string received() {
    std::string bytes(socket.available(), 0);
    asio::read(socket, asio::buffer(bytes));
    return bytes;
  }
  bool is_closed() {
    char byte = 0;
    boost::system::error_code error;
    socket.non_blocking(true);
    socket.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof || error == asio::error::connection_reset;
  }
  asio::io_context context;
  tcp::socket socket;
};

/// Polls until it holds, or two seconds have passed.
bool eventually(const std::function<void()>& poll, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < end) {
    poll();
    if (holds()) return true;
  }
  return false;
}

TEST(TcpPort, ServesOneClientAtATime) {
  asio::io_context context;
  TcpPort port(context, 0, "--test");
  std::string received;
  port.on_receive = [&](std::string_view bytes) { received += bytes; };
  const auto poll = [&] { context.poll(); };
  port.send("lost");  // nobody is there
  Client first(port.port());
  ASSERT_TRUE(eventually(poll, [&] { return port.connected(); }));
  Client second(port.port());
  EXPECT_TRUE(eventually(poll, [&] { return second.is_closed(); }));
  first.send("typed");
  EXPECT_TRUE(eventually(poll, [&] { return received == "typed"; }));
  port.send("shown");
  EXPECT_TRUE(eventually(poll, [&] { return first.socket.available() == 5; }));
  EXPECT_EQ(first.received(), "shown");
  first.socket.close();
  EXPECT_TRUE(eventually(poll, [&] { return !port.connected(); }));
  Client third(port.port());
  EXPECT_TRUE(eventually(poll, [&] { return port.connected(); }));
}

TEST(TcpPort, KeepsOnlySoMuchForAClientThatDoesNotRead) {
  asio::io_context context;
  TcpPort port(context, 0, "--test");
  Client client(port.port());
  ASSERT_TRUE(eventually([&] { context.poll(); }, [&] { return port.connected(); }));
  const std::string chunk(100'000, 'x');
  for (int n = 0; n < 1000; ++n) {
    port.send(chunk);
    context.poll();
    EXPECT_LE(port.unsent(), TcpPort::most_unsent);
  }
  port.drop();
  EXPECT_EQ(port.unsent(), 0u);
}

TEST(TcpPort, SaysWhenItIsInUse) {
  asio::io_context context;
  const TcpPort port(context, 0, "--gdb");
  try {
    const TcpPort again(context, port.port(), "--gdb");
    FAIL() << "two on one port";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr("--gdb: cannot listen on port " + std::to_string(port.port())));
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

struct ServerTest : testing::Test {
  MockHart hart;
  gdb::Monitor monitor;
  asio::io_context context;

  /// Connects, and has the hart stop when it is told to.
  void connect(gdb::Server& server, Client& client) {
    ASSERT_TRUE(eventually([&] { context.poll(); },
                           [&] { return !hart.told.empty() && hart.told.back() == "halt"; }));
    hart.stop({});
    client.send(gdb::frame("?"));
    EXPECT_TRUE(eventually([&] { poll(server); }, [&] { return client.socket.available() > 10; }));
    client.received();
    hart.told.clear();
  }
  void poll(gdb::Server& server) {
    context.poll();
    server.poll();
  }
  bool goes_on(gdb::Server& server) {
    return eventually([&] { poll(server); },
                      [&] { return !hart.told.empty() && hart.told.back() == "resume"; });
  }
};

TEST_F(ServerTest, LetsTheHartGoOnWhenTheConnectionIsLost) {
  hart.stands = false;
  gdb::Server server(context, 0, hart, monitor, false);
  auto client = std::make_unique<Client>(server.port());
  connect(server, *client);
  client->send(gdb::frame("Z0,10,4"));
  client->send("$half a pack");
  client.reset();
  EXPECT_TRUE(goes_on(server));
  EXPECT_EQ(hart.told, (std::vector<std::string>{"break 16", "unbreak 16", "resume"}));
}

TEST_F(ServerTest, WaitsForAGdbThatLetsTheHartGo) {
  hart.stands = false;
  gdb::Server server(context, 0, hart, monitor, true);
  EXPECT_EQ(hart.told, (std::vector<std::string>{"halt"}));
  hart.stop({});
  {
    Client somebody(server.port());
    connect(server, somebody);
    somebody.send("GET / HTTP/1.0\r\n\r\n");
  }
  EXPECT_FALSE(eventually([&] { poll(server); }, [&] { return !server.holds() || !hart.told.empty(); }));
  Client client(server.port());
  connect(server, client);
  client.send(gdb::frame("D"));
  EXPECT_TRUE(goes_on(server));
  EXPECT_TRUE(eventually([&] { poll(server); },
                         [&] { return client.is_closed() || client.socket.available() == 0; }));
}

TEST_F(ServerTest, DropsWhoFloodsARunningChip) {
  hart.stands = false;
  gdb::Server server(context, 0, hart, monitor, false);
  Client client(server.port());
  connect(server, client);
  client.send(gdb::frame("c"));
  ASSERT_TRUE(goes_on(server));
  std::string flood;
  for (int n = 0; n < 1000; ++n) flood += gdb::frame("g");
  client.send(flood);
  EXPECT_TRUE(eventually([&] { poll(server); }, [&] { return client.is_closed(); }));
}

TEST_F(ServerTest, TellsWhyTheChipStandsStill) {
  hart.stands = false;
  gdb::Server server(context, 0, hart, monitor, false);
  EXPECT_FALSE(server.report_standstill()) << "nobody is there";
  Client client(server.port());
  connect(server, client);
  EXPECT_FALSE(server.report_standstill()) << "GDB holds the chip itself";
  client.send(gdb::frame("c"));
  ASSERT_TRUE(goes_on(server));
  EXPECT_TRUE(server.report_standstill());
  EXPECT_EQ(hart.told.back(), "halt");
  hart.stop({});
  std::string received;
  EXPECT_TRUE(eventually([&] { poll(server); },
                         [&] { return (received += client.received()).find("$T02") != std::string::npos; }));
  EXPECT_THAT(received, HasSubstr("$O"));
}

}  // namespace
}  // namespace kasane
