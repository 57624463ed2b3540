// SQL Server's side of a benchmark, in C++: one thread that fills or empties the buffers of one device as fast as their
// holder gives them back. It is the one double with behaviour: the simulator would hide what is to be measured.
#pragma once

#include <windows.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "../../wine/sqlvdi/abi.h"

namespace winbackup::bench {

inline constexpr HRESULT kVD_E_TIMEOUT = static_cast<HRESULT>(0x80770003);
inline constexpr HRESULT kVD_E_ABORT = static_cast<HRESULT>(0x80770004);
inline constexpr HRESULT kVD_E_INVALID = static_cast<HRESULT>(0x80770006);
inline constexpr HRESULT kVD_E_PROTOCOL = static_cast<HRESULT>(0x8077000C);
inline constexpr HRESULT kVD_E_CLOSE = static_cast<HRESULT>(0x8077000E);

/** What the server is to do with the next set. */
struct Script {
  uint32_t transfer_size;
  uint32_t buffers;
  uint64_t total_bytes;
  bool backup;
};

/** How a transfer went, as the server saw it. */
struct Outcome {
  double seconds;  // from the first command sent to the answer of VDC_Flush
  uint64_t bytes;  // that the client said it had moved
  bool complete;   // every command succeeded, VDC_Flush too
};

class Server {
 public:
  /** `ended` is called on the server's thread when its work is done or aborted. */
  Server(const Script& script, std::function<void(const Outcome&)> ended);
  /** Aborts what still runs. */
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Configure(VDConfig* config) const;
  void Start();
  void Abort();
  HRESULT GetCommand(DWORD timeout_ms, VDC_Command** command);
  HRESULT CompleteCommand(VDC_Command* command, DWORD completion_code, DWORD bytes_transferred);

 private:
  enum class State { kReady, kRunning, kClosed, kAborted };

  void Run();
  /** Waits until a command's buffer is the server's again; false after an abort or a failed command. */
  bool TakeFree(uint32_t* index);
  bool WaitUntilAllFree();
  /** What the next buffer is filled from, or emptied into. */
  BYTE* NextPages();
  void Send(uint32_t index, DWORD code, DWORD size);
  void End(State state);

  const Script script_;
  const std::function<void(const Outcome&)> ended_;
  HANDLE mapping_;
  BYTE* area_;
  size_t pool_position_ = 0;
  std::vector<VDC_Command> commands_;

  // Guarded by lock_.
  SRWLOCK lock_ = SRWLOCK_INIT;
  CONDITION_VARIABLE given_back_ = CONDITION_VARIABLE_INIT;
  State state_ = State::kReady;
  std::deque<uint32_t> free_;
  std::deque<uint32_t> queue_;
  std::vector<bool> with_client_;
  bool client_waits_ = false;
  bool failed_ = false;
  Outcome outcome_{};

  HANDLE arrived_;
  std::thread thread_;
};

}  // namespace winbackup::bench
