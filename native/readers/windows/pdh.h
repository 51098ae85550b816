// Performance counters, read in one go on a helper thread, since a provider may block. Readers' thread.
// https://learn.microsoft.com/windows/win32/perfctrs/using-the-pdh-functions-to-consume-counter-data
//
// Raw values only: whoever formats gets rates, and these are not native code's business. English names: the others are
// translated. One question per reading of the rates; an answer that comes late belongs to no reading and is dropped.
#pragma once

#include "../reader.h"
#include "raw_counters.h"

#include <memory>

namespace plimsoll::windows_os {

enum class PdhCounter : size_t {
  cpu_user, cpu_privileged, cpu_idle, cpu_interrupt, cpu_dpc,
  disk_read_bytes, disk_written_bytes, disk_reads, disk_writes, disk_idle,
  network_received_bytes, network_sent_bytes, network_received_packets, network_sent_packets,
  network_receive_errors, network_send_errors, network_receive_drops, network_send_drops,
  count,
};

class Pdh {
 public:
  Pdh();
  ~Pdh();

  // Asks for all counters and waits a little. Once per reading of the rates, before anyone takes them.
  void read();

  // Of this reading; its reason is not `known` where PDH could not tell, or not in time.
  const Instances& of(PdhCounter counter) const;

  // Of the last answer, whichever reading it belongs to.
  const Instances& last(PdhCounter counter) const;

  // Text for doctor: the counter's path if PDH serves it, else `other` and why PDH does not. Waits for the first answer.
  std::string source(PdhCounter counter, std::string_view other);

 private:
  struct Question;
  std::shared_ptr<Question> question_;
  struct Asking;
  std::unique_ptr<Asking> asking_;
};

// Fills no field: makes PDH read before the others, once for all of them.
std::unique_ptr<Reader> pdh_reader(std::shared_ptr<Pdh> pdh);

}  // namespace plimsoll::windows_os
