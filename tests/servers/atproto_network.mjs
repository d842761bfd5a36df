// Starts the AT Protocol network of @atproto/dev-env and writes its addresses as one line of JSON to the file NETWORK_READY.
// The working folder is the one that holds node_modules. What dev-env opens would be open to every interface, and it would
// ask the world's name servers: both end here.
import dns from 'node:dns'
import { renameSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { pathToFileURL } from 'node:url'

const LOOPBACK = '127.0.0.1'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'object' && first !== null) return listen.call(this, { ...first, host: LOOPBACK }, ...rest)
  const port = typeof first === 'function' ? 0 : first
  const done = [first, ...rest].find((argument) => typeof argument === 'function')
  return listen.call(this, { port, host: LOOPBACK }, done)
}

const lookup = dns.lookup
dns.lookup = function (name, ...rest) {
  if (name === 'localhost') return lookup.call(this, LOOPBACK, ...rest)
  if (net.isIP(name)) return lookup.call(this, name, ...rest)
  const error = Object.assign(new Error(`no look-up of ${name} in tests`), { code: 'ENOTFOUND' })
  process.nextTick(rest.at(-1), error)
}
syncBuiltinESMExports()

const entry = createRequire(`${process.cwd()}/package.json`).resolve('@atproto/dev-env')
const { TestNetwork } = await import(pathToFileURL(entry))
const network = await TestNetwork.create({ dbPostgresSchema: 'miner' })
const addresses = { pds: network.pds.port, appview: network.bsky.port, plc: network.plc.port }
writeFileSync(`${process.env.NETWORK_READY}.part`, JSON.stringify(addresses))
renameSync(`${process.env.NETWORK_READY}.part`, process.env.NETWORK_READY)
