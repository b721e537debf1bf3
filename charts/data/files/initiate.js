// The startup probe of the chart's MongoDB, which mongosh runs until it succeeds: initiates the replica set and creates the
// users. Before there are users, MongoDB accepts connections from localhost without a password. Every step can be repeated.
const { MONGO_MEMBER, MONGO_DATABASE, MONGO_ROOT_PASSWORD, MONGO_PASSWORD } = process.env;
const admin = db.getSiblingDB("admin");

function signIn() {
  try {
    return admin.auth("root", MONGO_ROOT_PASSWORD).ok === 1;
  } catch {
    return false;
  }
}

function initiate() {
  try {
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: MONGO_MEMBER }] });
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") throw error;
  }
  while (!db.hello().isWritablePrimary) sleep(100); // the probe's timeout ends it, and the next probe continues
  admin.createUser({ user: "root", pwd: MONGO_ROOT_PASSWORD, roles: ["root"] });
}

if (!signIn()) {
  initiate();
  if (!signIn()) throw new Error("The root password in the Secret is not the one that MongoDB was initiated with.");
}
const user = { pwd: MONGO_PASSWORD, roles: [{ role: "readWrite", db: MONGO_DATABASE }] };
if (admin.getUser("bellwether")) admin.updateUser("bellwether", user);
else admin.createUser({ user: "bellwether", ...user });
