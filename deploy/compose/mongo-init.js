// Makes the server a replica set of one, and the shop's own user, who may use one database and
// nothing else. Safe to run again: it changes what is missing, and the password where it differs.
// Run by mongosh, connected to the server alone; see `mongo-init` in docker-compose.yml. The
// passwords come by the environment, because a command line can be read by others.

const member = process.env.VITRINE_MONGO_MEMBER;
const name = process.env.VITRINE_MONGO_USER;
const password = process.env.VITRINE_MONGO_PASSWORD;
const NOT_YET_INITIALIZED = 94;

db.getSiblingDB("admin").auth("root", process.env.VITRINE_MONGO_ROOT_PASSWORD);

function status() {
  try {
    return db.adminCommand({ replSetGetStatus: 1 });
  } catch (error) {
    if (error.code === NOT_YET_INITIALIZED) return null;
    throw error;
  }
}

if (status() === null) {
  db.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: member }] } });
  print(`replica set rs0 initiated with ${member}`);
}

const deadline = Date.now() + 60_000;
while (!db.hello().isWritablePrimary) {
  if (Date.now() > deadline) throw new Error("the replica set has no primary after 60 s");
  sleep(200);
}

const shop = db.getSiblingDB("vitrine");
// dbAdmin: `vitrine migrate` makes collections, validators and indexes.
const roles = [
  { role: "readWrite", db: "vitrine" },
  { role: "dbAdmin", db: "vitrine" },
];
if (shop.getUser(name) === null) {
  shop.createUser({ user: name, pwd: password, roles });
  print(`user ${name} created`);
} else {
  shop.updateUser(name, { pwd: password, roles });
}
