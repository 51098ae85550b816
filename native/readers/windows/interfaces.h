// Network interfaces, decoded, and which of them count, so that no byte is counted twice. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/netioapi/ns-netioapi-mib_if_row2
#pragma once

#include "../../result.h"
#include "layouts.h"
#include "raw_counters.h"
#include "served_counter.h"

#include <span>

namespace plimsoll::windows_os {

enum NetworkCounter : size_t {
  kReceivedBytes, kSentBytes, kReceivedPackets, kSentPackets, kReceiveErrors, kSendErrors, kReceiveDrops, kSendDrops, kNetworkCounters
};

struct CountedInterface {
  InterfaceRow row;
  bool counted = false;
};

// A MIB_IF_TABLE2 of `bytes`; what it says it has must be there. Chooses which count.
Reason decode_interfaces(std::span<const std::byte> bytes, std::vector<CountedInterface>& interfaces);

// NDIS lists each filter above an adapter as an interface with the adapter's counters. If any hardware interface that is
// no filter exists, exactly those count, of several with one permanent address the first; else (in a container) all but
// filters, loopback and tunnels; else all but filters and loopback.
void choose_counted(std::vector<CountedInterface>& interfaces);

std::array<double, kNetworkCounters> counters_of(const InterfaceRow& row);

// PDH knows an interface by its description alone, with characters replaced that a counter path cannot have.
uint64_t instance_key(std::u16string_view name);                // of PDH's instance
uint64_t instance_key_of_description(const InterfaceRow& row);  // of the interface

// PDH serves a counter only if it knows all interfaces that count.
void offer_pdh_network(const Instances& instances, const std::vector<CountedInterface>& interfaces, Offer& offer);
bool parse_network_instance(std::u16string_view name, uint64_t& key);

}  // namespace plimsoll::windows_os
