#!/bin/sh
# Formats the log directory at the first start, then runs the broker.
# No globbing (-f): the class path contains a star.
set -euf
java="java -cp /opt/kafka/* -XX:+UseSerialGC -XX:TieredStopAtLevel=1"

cat > /tmp/server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://${KAFKA_ADVERTISED_HOST}:9092
controller.listener.names=CONTROLLER
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
  $java -Xmx128m kafka.tools.StorageTool format --cluster-id UllPTkRPLWxhYi1rYWZrYQ --config /tmp/server.properties
fi
exec $java -Xms256m -Xmx256m kafka.Kafka /tmp/server.properties
