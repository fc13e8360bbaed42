#!/bin/sh
# Formats the log directory at the first start, with the release job's user and the password in RELEASE_JOB_PASSWORD, then runs
# the broker. Only users may connect to it from outside of the pod.
# No globbing (-f): the class path contains a star.
set -euf
java="java -cp /opt/kafka/* -XX:+UseSerialGC -XX:TieredStopAtLevel=1"

cat > /tmp/server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=USERS://0.0.0.0:9092,POD://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093
advertised.listeners=USERS://${KAFKA_ADVERTISED_HOST}:9092,POD://127.0.0.1:9094
listener.security.protocol.map=USERS:SASL_PLAINTEXT,POD:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=POD
controller.listener.names=CONTROLLER
listener.name.users.sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.users.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:release-job;User:ANONYMOUS
log.dirs=/var/lib/kafka/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
PROPERTIES

if [ ! -e /var/lib/kafka/data/meta.properties ]; then
  $java -Xmx128m kafka.tools.StorageTool format --cluster-id UllPTkRPLWxhYi1rYWZrYQ --config /tmp/server.properties \
    --add-scram "SCRAM-SHA-256=[name=release-job,password=${RELEASE_JOB_PASSWORD:?has to be set}]"
fi
unset RELEASE_JOB_PASSWORD
exec $java -Xms256m -Xmx256m kafka.Kafka /tmp/server.properties
